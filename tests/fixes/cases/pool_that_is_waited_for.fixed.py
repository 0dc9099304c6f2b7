import aiomysql


async def both(work):
    pool = await aiomysql.create_pool(host="db")
    try:
        await work(pool.size)
    finally:
        pool.close()
        await pool.wait_closed()


async def only_close(work):
    pool = await aiomysql.create_pool(host="db")
    try:
        await work(pool.size)
    finally:
        pool.close()


async def never(work):
    pool = await aiomysql.create_pool(host="db")
    try:
        await work(pool.size)
    finally:
        pool.close()
        await pool.wait_closed()
