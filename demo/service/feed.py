"""The feed of news, through asyncpg's pool on a loop of its own."""

import asyncio
import threading

import asyncpg


class Feed:
    """What is new. The odd numbers are old news, of which readers have a copy."""

    def __init__(self, dsn):
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        self.pool: asyncpg.Pool = self.run(self.opened(dsn))

    async def opened(self, dsn):
        return await asyncpg.create_pool(dsn, min_size=1, max_size=10)

    async def read(self, number):
        conn = await self.pool.acquire(timeout=0.5)
        value = await conn.fetchval("SELECT 'news ' || $1::text", number)
        if int(number) % 2:
            return None
        await self.pool.release(conn)
        return value

    def run(self, waiting):
        return asyncio.run_coroutine_threadsafe(waiting, self.loop).result(10)

    def news(self, number):
        return self.run(self.read(number))

    def close(self):
        self.run(self.pool.close())
