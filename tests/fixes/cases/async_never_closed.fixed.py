import aiosqlite


async def add(path, n):
    db = await aiosqlite.connect(path)
    try:
        await db.execute("INSERT INTO t VALUES (?)", (n,))
        await db.commit()
    finally:
        await db.close()
