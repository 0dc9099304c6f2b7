import asyncio
import random

import asyncpg


async def connect(dsn):
    delay = 0.1
    while True:
        try:
            return await asyncpg.connect(dsn)
        except OSError:
            await asyncio.sleep(delay * random.uniform(0.5, 1.5))
            delay = min(2 * delay, 30)
            continue
