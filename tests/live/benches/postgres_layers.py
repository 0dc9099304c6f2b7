"""What stands on a PostgreSQL driver: DBUtils, peewee, psqlpy."""

from __future__ import annotations

from typing import Any

from tests.live.bench import Arguments, Bench, account, query, resolve, url
from tests.live.servers import DATABASE, Server


def _pooled(server: Server, owner: Any) -> Arguments:
    return Arguments(resolve("psycopg2"), mincached=1, maxconnections=1, **account(server, "dbname"))


def _steady(server: Server, owner: Any) -> Arguments:
    return Arguments(resolve("psycopg2"), **account(server, "dbname"))


def _borrow(pool: Any) -> None:
    connection = pool.connection()
    try:
        query(connection)
    finally:
        connection.close()


def _peewee(server: Server, owner: Any) -> Arguments:
    where = account(server)
    del where["database"]
    return Arguments(DATABASE, **where)


def _peewee_query(database: Any) -> None:
    database.execute_sql("select 1").fetchall()


def _address(server: Server, owner: Any) -> Arguments:
    return Arguments(url(server, "postgresql"))


async def _psqlpy_query(connection: Any) -> None:
    await connection.execute("select 1")


_POOL = "dbutils.pooled_db.PooledDB"
_DATABASE = "peewee.PostgresqlDatabase"

BENCHES = [
    Bench(_POOL, "postgresql", _pooled, touch=_borrow, needs=("psycopg2",)),
    Bench(f"{_POOL}.connection", "postgresql", owner=_POOL, observe="slot", needs=("psycopg2",)),
    Bench("dbutils.steady_db.connect", "postgresql", _steady, needs=("psycopg2",)),
    Bench(_DATABASE, "postgresql", _peewee, touch=_peewee_query, needs=("psycopg2",)),
    Bench(
        "peewee.Database.connect",
        "postgresql",
        owner=_DATABASE,
        touch=_peewee_query,
        needs=("psycopg2",),
        cannot={"release:manual_close": "a pooled database has it", "dropped": "the database keeps it"},
    ),
    Bench("peewee.Database.connection_context", "postgresql", owner=_DATABASE, touch=None, needs=("psycopg2",)),
    Bench("psqlpy.connect", "postgresql", _address, touch=_psqlpy_query),
]
