import json

import asyncpg


async def connect(dsn):
    conn = await asyncpg.connect(dsn)
    try:
        await conn.set_type_codec("json", encoder=json.dumps, decoder=json.loads, schema="pg_catalog")
    except BaseException:
        await conn.close()
        raise
    return conn
