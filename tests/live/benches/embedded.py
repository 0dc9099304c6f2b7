"""Databases in this process, by other ways than sqlite3: duckdb, apsw, sqlite_utils, dataset, libsql, adbc."""

from __future__ import annotations

import sys
from typing import Any

from tests.live.bench import Arguments, Bench
from tests.live.servers import Server

_TABLE = "create table if not exists t (x integer)"


def _path(server: Server, owner: Any) -> Arguments:
    return Arguments(server.path)


def _address(server: Server, owner: Any) -> Arguments:
    return Arguments(f"sqlite:///{server.path}")


def _execute(connection: Any) -> None:
    connection.execute(_TABLE)


def _write(connection: Any) -> None:
    connection.execute(_TABLE)
    connection.commit()


def _query(database: Any) -> None:
    for _ in database.query("select 1 as one"):
        pass


def _use_adbc(connection: Any) -> None:
    cursor = connection.cursor()
    try:
        cursor.execute(_TABLE)
    finally:
        cursor.close()


def _ibis(backend: Any) -> None:
    backend.raw_sql("select 1")


def _ormar_address(server: Server, owner: Any) -> Arguments:
    return Arguments(f"sqlite+aiosqlite:///{server.path}")


async def _ormar(database: Any) -> None:
    if not database.is_connected:
        await database.connect()
    async with database.connection() as connection:
        await connection.exec_driver_sql(_TABLE)


_OLD_PYTHON = {} if sys.version_info >= (3, 11) else {"dropped": "Python 3.10 closes a dropped sqlite3 connection"}

BENCHES = [
    Bench(
        "duckdb.connect",
        "file",
        _path,
        touch=_execute,
        calls={"execute": Arguments("select 1"), "executemany": Arguments("insert into t values (?)", [[1], [2]])},
        cannot={
            "returns-self:rollback": "wants a transaction",
            **{f"returns-self:{name}": "wants a data frame" for name in ("register", "unregister", "append")},
            "returns-self:create_function": "wants types",
        },
    ),
    Bench("ibis.duckdb.connect", "file", _path, touch=_ibis, needs=("duckdb",)),
    Bench(
        "ormar.DatabaseConnection",
        "file",
        _ormar_address,
        touch=_ormar,
        needs=("aiosqlite", "greenlet"),
        cannot={"use-after-release": "it can be used after it was connected again"},
    ),
    Bench("apsw.Connection", "file", _path, touch=_execute),
    Bench("sqlite_utils.Database", "file", _path, touch=_execute, cannot=_OLD_PYTHON),
    Bench("sqlcipher3.connect", "file", _path, touch=_write),
    Bench("sqlcipher3.Connection", "file", _path, touch=_write),
    Bench("libsql_experimental.connect", "file", _path, touch=_write, cannot={"use-after-release": "it panics"}),
    Bench("dataset.connect", "file", _address, touch=_query, needs=("sqlalchemy",)),
    Bench("adbc_driver_sqlite.dbapi.connect", "file", _path, touch=_use_adbc, needs=("pyarrow",)),
    Bench("cysqlite.connect", "file", _path, touch=_execute),
    Bench("cysqlite.Connection", "file", _path, touch=_execute),
]
