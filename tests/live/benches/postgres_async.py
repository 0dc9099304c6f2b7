"""asyncpg, psycopg's and psycopg_pool's asynchronous classes, aiopg."""

from __future__ import annotations

from typing import Any

from tests.live.bench import Arguments, Bench, account, query_async
from tests.live.servers import DATABASE, HOST, PASSWORD, USER, Server


def _dsn(server: Server) -> str:
    return f"host={HOST} port={server.port} user={USER} password={PASSWORD} dbname={DATABASE}"


def _text(server: Server, owner: Any) -> Arguments:
    return Arguments(_dsn(server))


def _asyncpg(server: Server, owner: Any) -> Arguments:
    return Arguments(**account(server))


def _asyncpg_pool(server: Server, owner: Any) -> Arguments:
    return Arguments(min_size=1, max_size=1, **account(server))


async def _fetch(connection: Any) -> None:
    await connection.fetchval("select 1")


async def _acquire_and_fetch(pool: Any) -> None:
    async with pool.acquire() as connection:
        await _fetch(connection)


def _psycopg_pool(server: Server, owner: Any) -> Arguments:
    return Arguments(_dsn(server), min_size=1, max_size=1, timeout=0.2)


def _null_pool(server: Server, owner: Any) -> Arguments:
    return Arguments(_dsn(server), max_size=1, timeout=0.2)


async def _take_and_put(pool: Any) -> None:
    async with pool.connection() as connection:
        await query_async(connection)


def _aiopg_pool(server: Server, owner: Any) -> Arguments:
    return Arguments(_dsn(server), minsize=1, maxsize=1)


async def _acquire_and_query(pool: Any) -> None:
    async with pool.acquire() as connection:
        await query_async(connection)


_ASYNC_POOL = "psycopg_pool.AsyncConnectionPool"

BENCHES = [
    Bench("asyncpg.connect", "postgresql", _asyncpg, touch=_fetch),
    Bench("asyncpg.create_pool", "postgresql", _asyncpg_pool, touch=_acquire_and_fetch, close="terminate"),
    Bench("asyncpg.Pool.acquire", "postgresql", owner="asyncpg.create_pool", touch=_fetch, observe="slot"),
    Bench("psycopg.AsyncConnection.connect", "postgresql", _text, touch=query_async),
    Bench(_ASYNC_POOL, "postgresql", _psycopg_pool, touch=_take_and_put),
    Bench(
        "psycopg_pool.AsyncNullConnectionPool",
        "postgresql",
        _null_pool,
        touch=_take_and_put,
        observe="tasks",
        cannot={"dropped": "it keeps no connection; its tasks live as long as the event loop"},
    ),
    Bench(f"{_ASYNC_POOL}.getconn", "postgresql", owner=_ASYNC_POOL, touch=query_async, observe="slot"),
    Bench(f"{_ASYNC_POOL}.connection", "postgresql", owner=_ASYNC_POOL, touch=query_async, observe="slot"),
    Bench("aiopg.connect", "postgresql", _text, touch=query_async),
    Bench("aiopg.create_pool", "postgresql", _aiopg_pool, touch=_acquire_and_query, close="terminate"),
    Bench("aiopg.Pool.acquire", "postgresql", owner="aiopg.create_pool", touch=query_async, observe="slot"),
]
