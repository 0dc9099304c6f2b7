import asyncpg


async def connect(dsn):
    while True:
        try:
            return await asyncpg.connect(dsn)
        except OSError:
            continue
