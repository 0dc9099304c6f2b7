import asyncpg


async def rename(pool: asyncpg.Pool, uid, name):
    conn = await pool.acquire()
    try:
        await conn.execute("UPDATE u SET name = $1 WHERE id = $2", name, uid)
    finally:
        await pool.release(conn)
