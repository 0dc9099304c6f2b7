import json

import asyncpg


async def connect(dsn):
    conn = await asyncpg.connect(dsn)
    await conn.set_type_codec("json", encoder=json.dumps, decoder=json.loads, schema="pg_catalog")
    return conn
