import aiosqlite


async def ping(path):
    async with await aiosqlite.connect(path) as db:
        await db.execute("SELECT 1")
