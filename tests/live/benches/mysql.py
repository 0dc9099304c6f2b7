"""PyMySQL, mysqlclient, mariadb, mysql.connector, aiomysql and asyncmy, against MariaDB."""

from __future__ import annotations

import itertools
from typing import Any

from tests.live.bench import Arguments, Bench, account, query_async
from tests.live.servers import Server

_names = itertools.count(1)


def _plain(server: Server, owner: Any) -> Arguments:
    return Arguments(**account(server))


def _open(server: Server, owner: Any) -> Arguments:
    return Arguments(ssl_disabled=True, **account(server))


def _connector_pool(server: Server, owner: Any) -> Arguments:
    return Arguments(pool_name=f"live{next(_names)}", pool_size=1, **account(server))


def _async(server: Server, owner: Any) -> Arguments:
    return Arguments(**account(server, "db"))


def _async_pool(server: Server, owner: Any) -> Arguments:
    return Arguments(minsize=1, maxsize=1, **account(server, "db"))


async def _acquire_and_query(pool: Any) -> None:
    async with pool.acquire() as connection:
        await query_async(connection)


async def _asyncmy_query(connection: Any) -> None:
    async with connection.cursor() as cursor:
        await cursor.execute("select 1")
        await cursor.fetchall()


async def _asyncmy_acquire(pool: Any) -> None:
    async with pool.acquire() as connection:
        await _asyncmy_query(connection)


def _mariadb_pool(server: Server, owner: Any) -> Arguments:
    return Arguments(pool_name=f"live{next(_names)}", pool_size=1, **account(server))


_MARIADB = "mariadb.ConnectionPool"
_POOL = "mysql.connector.pooling.MySQLConnectionPool"

BENCHES = [
    Bench("pymysql.connect", "mariadb", _plain),
    Bench("pymysql.connections.Connection", "mariadb", _plain),
    Bench("MySQLdb.connect", "mariadb", _plain),
    Bench("MySQLdb.connections.Connection", "mariadb", _plain),
    Bench("mariadb.connect", "mariadb", _plain, cannot={"open-tests": "`open` raises after close()"}),
    Bench("mariadb.Connection", "mariadb", _plain),
    Bench(_MARIADB, "mariadb", _mariadb_pool, touch=None),
    Bench(f"{_MARIADB}.get_connection", "mariadb", owner=_MARIADB, observe="slot", roomier={"pool_size": 2}),
    Bench("mysql.connector.connect", "mariadb", _plain),
    Bench("mysql.connector.connection.MySQLConnection", "mariadb", _plain),
    Bench(_POOL, "mariadb", _connector_pool, close="_remove_connections"),
    Bench(f"{_POOL}.get_connection", "mariadb", owner=_POOL, observe="slot", roomier={"pool_size": 2}),
    Bench("mysql.connector.aio.connect", "mariadb", _open, touch=query_async),
    Bench("aiomysql.connect", "mariadb", _async, touch=query_async),
    Bench("aiomysql.create_pool", "mariadb", _async_pool, touch=_acquire_and_query, close="terminate"),
    Bench("aiomysql.Pool.acquire", "mariadb", owner="aiomysql.create_pool", touch=query_async, observe="slot"),
    Bench("asyncmy.connect", "mariadb", _async, touch=_asyncmy_query),
    Bench("asyncmy.create_pool", "mariadb", _async_pool, touch=_asyncmy_acquire, close="terminate"),
    Bench("asyncmy.Pool.acquire", "mariadb", owner="asyncmy.create_pool", touch=_asyncmy_query, observe="slot"),
]
