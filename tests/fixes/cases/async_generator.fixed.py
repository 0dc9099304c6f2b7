import aiosqlite


async def stream(path):
    db = await aiosqlite.connect(path)
    try:
        async with db.execute("SELECT * FROM events") as cur:
            async for row in cur:
                yield row
    finally:
        await db.close()
