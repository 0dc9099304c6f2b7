import asyncpg


async def count(dsn):
    conn = await asyncpg.connect(dsn)
    n = await conn.fetchval("SELECT count(*) FROM t")
    await conn.close()
    return n
