"""sqlite3 and aiosqlite."""

from __future__ import annotations

from typing import Any

from tests.live.bench import Arguments, Bench
from tests.live.servers import Server


def _path(server: Server, owner: Any) -> Arguments:
    return Arguments(server.path)


def _write(connection: Any) -> None:
    connection.execute("create table if not exists t (x)")
    connection.execute("insert into t values (1)")
    connection.commit()


async def _write_async(connection: Any) -> None:
    await connection.execute("create table if not exists t (x)")
    await connection.execute("insert into t values (1)")
    await connection.commit()


BENCHES = [
    Bench("sqlite3.connect", "file", _path, touch=_write),
    Bench("sqlite3.Connection", "file", _path, touch=_write),
    Bench("aiosqlite.connect", "file", _path, touch=_write_async),
]
