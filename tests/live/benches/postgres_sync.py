"""psycopg2, psycopg and psycopg_pool's plain classes, pg8000."""

from __future__ import annotations

from typing import Any

from tests.live.bench import Arguments, Bench, account, query, url
from tests.live.servers import DATABASE, HOST, PASSWORD, USER, Server


def _keywords(server: Server, owner: Any) -> Arguments:
    return Arguments(**account(server, "dbname"))


def _dsn(server: Server) -> str:
    return f"host={HOST} port={server.port} user={USER} password={PASSWORD} dbname={DATABASE}"


def _text(server: Server, owner: Any) -> Arguments:
    return Arguments(_dsn(server))


def _psycopg2_pool(server: Server, owner: Any) -> Arguments:
    return Arguments(minconn=1, maxconn=1, **account(server, "dbname"))


def _psycopg_pool(server: Server, owner: Any) -> Arguments:
    return Arguments(_dsn(server), min_size=1, max_size=1, timeout=0.2)


def _null_pool(server: Server, owner: Any) -> Arguments:
    return Arguments(_dsn(server), max_size=1, timeout=0.2)


def _take_and_put(pool: Any) -> None:
    connection = pool.getconn()
    try:
        query(connection)
    finally:
        pool.putconn(connection)


def _pg8000(server: Server, owner: Any) -> Arguments:
    return Arguments(**account(server))


def _native(connection: Any) -> None:
    connection.run("select 1")


_CLASSES = ["extensions.connection", *(f"extras.{name}Connection" for name in ("Dict", "RealDict", "NamedTuple"))]


def _address(server: Server, owner: Any) -> Arguments:
    return Arguments(url(server, "postgresql"))


BENCHES = [
    Bench("adbc_driver_postgresql.dbapi.connect", "postgresql", _address, needs=("pyarrow",)),
    Bench("psycopg2.connect", "postgresql", _keywords),
    *(Bench(f"psycopg2.{name}", "postgresql", _text) for name in _CLASSES),
    Bench("psycopg2.pool.SimpleConnectionPool", "postgresql", _psycopg2_pool, touch=_take_and_put),
    Bench("psycopg2.pool.ThreadedConnectionPool", "postgresql", _psycopg2_pool, touch=_take_and_put),
    Bench(
        "psycopg2.pool.AbstractConnectionPool.getconn",
        "postgresql",
        owner="psycopg2.pool.SimpleConnectionPool",
        observe="slot",
    ),
    Bench("psycopg.connect", "postgresql", _text),
    Bench(
        "psycopg_pool.ConnectionPool",
        "postgresql",
        _psycopg_pool,
        touch=_take_and_put,
        cannot={"dropped": "its threads hold it now and then, and then the cyclic collector has to find it"},
    ),
    Bench("psycopg_pool.NullConnectionPool", "postgresql", _null_pool, touch=_take_and_put, observe="threads"),
    Bench("psycopg_pool.ConnectionPool.getconn", "postgresql", owner="psycopg_pool.ConnectionPool", observe="slot"),
    Bench("psycopg_pool.ConnectionPool.connection", "postgresql", owner="psycopg_pool.ConnectionPool", observe="slot"),
    Bench("pg8000.dbapi.Connection", "postgresql", _pg8000),
    Bench("pg8000.legacy.connect", "postgresql", _pg8000),
    Bench("pg8000.legacy.Connection", "postgresql", _pg8000),
    Bench("pg8000.native.Connection", "postgresql", _pg8000, touch=_native),
]
