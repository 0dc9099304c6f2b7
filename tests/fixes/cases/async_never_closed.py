import aiosqlite


async def add(path, n):
    db = await aiosqlite.connect(path)
    await db.execute("INSERT INTO t VALUES (?)", (n,))
    await db.commit()
