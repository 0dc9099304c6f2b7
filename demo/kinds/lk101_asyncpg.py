"""A connection of asyncpg's pool is acquired and never released."""

import asyncio

import asyncpg


async def opened(dsn):
    return await asyncpg.create_pool(dsn, min_size=1, max_size=12)


def setup(dsn):
    loop = asyncio.new_event_loop()
    return loop.run_until_complete(opened(dsn)), loop


async def answer(pool: asyncpg.Pool, number):
    conn = await pool.acquire(timeout=0.3)
    return await conn.fetchval("SELECT $1::int", number)


def handle(shared, number):
    pool, loop = shared
    return loop.run_until_complete(answer(pool, number))
