"""pyodbc and aioodbc, with PostgreSQL's ODBC driver."""

from __future__ import annotations

from typing import Any

from tests.live.bench import Arguments, Bench, query_async
from tests.live.servers import DATABASE, HOST, PASSWORD, USER, Server


def _dsn(server: Server) -> str:
    where = f"Server={HOST};Port={server.port};Database={DATABASE};Uid={USER};Pwd={PASSWORD}"
    return f"Driver={server.path};{where}"


def _text(server: Server, owner: Any) -> Arguments:
    return Arguments(_dsn(server))


def _named(server: Server, owner: Any) -> Arguments:
    return Arguments(dsn=_dsn(server))


def _pool(server: Server, owner: Any) -> Arguments:
    return Arguments(dsn=_dsn(server), minsize=1, maxsize=1)


async def _use_pool(pool: Any) -> None:
    async with pool.acquire() as connection:
        await query_async(connection)


_POOL = "aioodbc.create_pool"

BENCHES = [
    Bench("pyodbc.connect", "odbc", _text),
    Bench("aioodbc.connect", "odbc", _named, touch=query_async),
    Bench(_POOL, "odbc", _pool, touch=_use_pool),
    Bench("aioodbc.Pool.acquire", "odbc", owner=_POOL, touch=query_async, observe="slot"),
]
