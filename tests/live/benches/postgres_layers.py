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


def _peewee_pool(server: Server, owner: Any) -> Arguments:
    return _peewee(server, owner).with_named({"max_connections": 1})


def _databases(server: Server, owner: Any) -> Arguments:
    return Arguments(url(server, "postgresql+asyncpg"), min_size=1, max_size=1)


async def _fetch(database: Any) -> None:
    if not database.is_connected:
        await database.connect()
    await _one(database)


async def _one(connection: Any) -> None:
    await connection.fetch_val("select 1")


def _psqlpy_pool(server: Server, owner: Any) -> Arguments:
    return Arguments(dsn=url(server, "postgresql"), max_db_pool_size=2)


async def _psqlpy_borrow(pool: Any) -> None:
    async with pool.acquire() as connection:
        await _psqlpy_query(connection)


async def _psqlpy_query(connection: Any) -> None:
    await connection.execute("select 1")


async def _piccolo_query(engine: Any) -> None:
    await engine.run_ddl("select 1")


async def _one_row(connection: Any) -> None:
    await connection.fetchval("select 1")


def _piccolo(server: Server, owner: Any) -> Arguments:
    return Arguments(account(server), extensions=(), log_queries=False)


def _small(server: Server, owner: Any) -> Arguments:
    return Arguments(min_size=1, max_size=1)


def _pony(server: Server, owner: Any) -> Arguments:
    return Arguments("postgres", **account(server))


def _pony_query(database: Any) -> None:
    with resolve("pony.orm.db_session"):
        database.select("select 1")


def _tortoise(server: Server, owner: Any) -> Arguments:
    return Arguments(db_url=url(server, "asyncpg"), modules={"models": ["tortoise.contrib.test"]})


async def _tortoise_query(context: Any) -> None:
    await context.connections.get("default").execute_query("select 1")


_POOL = "dbutils.pooled_db.PooledDB"
_DATABASE = "peewee.PostgresqlDatabase"
_PEEWEE_POOL = "playhouse.pool.PooledPostgresqlDatabase"
_PICCOLO = "piccolo.engine.PostgresEngine"
_WHY = "it gives the thread's connection back to the pool, which keeps it open"
_KEPT = dict.fromkeys(("release:close", "use-after-release:close", "open-tests", "with"), _WHY)

BENCHES = [
    Bench(_POOL, "postgresql", _pooled, touch=_borrow, needs=("psycopg2",)),
    Bench(f"{_POOL}.connection", "postgresql", owner=_POOL, observe="slot", needs=("psycopg2",)),
    Bench("dbutils.steady_db.connect", "postgresql", _steady, needs=("psycopg2",)),
    Bench("pony.orm.Database", "postgresql", touch=None, close="disconnect", needs=("psycopg2",)),
    Bench("pony.orm.Database.bind", "postgresql", _pony, owner="pony.orm.Database", touch=_pony_query),
    Bench("tortoise.Tortoise.init", "postgresql", _tortoise, touch=_tortoise_query, needs=("asyncpg",)),
    Bench(_PICCOLO, "postgresql", _piccolo, touch=None, needs=("asyncpg",)),
    Bench(f"{_PICCOLO}.start_connection_pool", "postgresql", _small, owner=_PICCOLO, touch=_piccolo_query),
    Bench(f"{_PICCOLO}.get_new_connection", "postgresql", owner=_PICCOLO, touch=_one_row),
    Bench(_DATABASE, "postgresql", _peewee, touch=_peewee_query, needs=("psycopg2",)),
    Bench(
        "peewee.Database.connect",
        "postgresql",
        owner=_DATABASE,
        touch=_peewee_query,
        needs=("psycopg2",),
        cannot=dict.fromkeys(("release:manual_close", "release-awaited:manual_close"), "a pooled database has it"),
    ),
    Bench("peewee.Database.connection_context", "postgresql", owner=_DATABASE, touch=None, needs=("psycopg2",)),
    Bench(_PEEWEE_POOL, "postgresql", _peewee_pool, touch=_peewee_query, needs=("psycopg2",), cannot=_KEPT),
    Bench(
        "databases.Database",
        "postgresql",
        _databases,
        touch=_fetch,
        needs=("asyncpg",),
        start="connect",
        cannot={"use-after-release": "it can be used after it was connected again"},
    ),
    Bench("databases.Database.connection", "postgresql", owner="databases.Database", touch=_one, observe="slot"),
    Bench("psqlpy.ConnectionPool", "postgresql", _psqlpy_pool, touch=_psqlpy_borrow),
    Bench("psqlpy.connect", "postgresql", _address, touch=_psqlpy_query),
]
