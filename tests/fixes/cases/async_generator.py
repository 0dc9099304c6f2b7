import aiosqlite


async def stream(path):
    db = await aiosqlite.connect(path)
    async with db.execute("SELECT * FROM events") as cur:
        async for row in cur:
            yield row
    await db.close()
