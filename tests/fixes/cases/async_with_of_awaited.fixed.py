import aiosqlite


async def ping(path):
    async with aiosqlite.connect(path) as db:
        await db.execute("SELECT 1")
