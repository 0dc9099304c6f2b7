import asyncpg


async def count(dsn):
    conn = await asyncpg.connect(dsn)
    try:
        n = await conn.fetchval("SELECT count(*) FROM t")
    finally:
        await conn.close()
    return n
