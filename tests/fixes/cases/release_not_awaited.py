from psycopg_pool import AsyncConnectionPool


async def tables(pool: AsyncConnectionPool):
    conn = await pool.getconn()
    try:
        cur = await conn.execute("SELECT * FROM pg_tables")
        return await cur.fetchall()
    finally:
        pool.putconn(conn)
