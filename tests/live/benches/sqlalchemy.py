"""SQLAlchemy, with psycopg2 and with asyncpg under it."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

from tests.live.bench import Arguments, Bench, account, query, resolve, the_owner, url
from tests.live.servers import Server

_SIZE = {"pool_size": 1, "max_overflow": 0, "pool_timeout": 0.1}
_PLAIN = "postgresql+psycopg2"
_ASYNC = "postgresql+asyncpg"


def _select() -> Any:
    return resolve("sqlalchemy.text")("select 1")


def _engine(server: Server, owner: Any) -> Arguments:
    return Arguments(url(server, _PLAIN), **_SIZE)


def _async_engine(server: Server, owner: Any) -> Arguments:
    return Arguments(url(server, _ASYNC), **_SIZE)


def _configured(server: Server, owner: Any) -> Arguments:
    return Arguments({"sqlalchemy.url": url(server, _PLAIN)}, **_SIZE)


def _configured_async(server: Server, owner: Any) -> Arguments:
    return Arguments({"sqlalchemy.url": url(server, _ASYNC)}, **_SIZE)


def _without_pool(server: Server, owner: Any) -> Arguments:
    return Arguments(url(server, _PLAIN), poolclass=resolve("sqlalchemy.pool.NullPool"))


def _async_without_pool(server: Server, owner: Any) -> Arguments:
    return Arguments(url(server, _ASYNC), poolclass=resolve("sqlalchemy.pool.NullPool"))


def _queue(server: Server, owner: Any) -> Arguments:
    keywords = account(server, "dbname")
    return Arguments(lambda: resolve("psycopg2.connect")(**keywords), pool_size=1, max_overflow=0, timeout=0.1)


def _connect(engine: Any) -> None:
    with engine.connect() as connection:
        connection.execute(_select())


async def _connect_async(engine: Any) -> None:
    async with engine.connect() as connection:
        await connection.execute(_select())


def _execute(connection: Any) -> None:
    connection.execute(_select())


async def _execute_async(connection: Any) -> None:
    result = connection.execute(_select())
    if inspect.isawaitable(result):
        await result


def _registry(server: Server, owner: Any) -> Arguments:
    engine = resolve("sqlalchemy.create_engine")(*_without_pool(server, None).positional, **_no_pool())
    return Arguments(resolve("sqlalchemy.orm.sessionmaker")(bind=engine))


def _async_registry(server: Server, owner: Any) -> Arguments:
    engine = resolve(_ASYNC_ENGINE)(*_async_without_pool(server, None).positional, **_no_pool())
    return Arguments(resolve(f"{_AIO}.async_sessionmaker")(bind=engine), scopefunc=asyncio.current_task)


def _no_pool() -> dict[str, Any]:
    return {"poolclass": resolve("sqlalchemy.pool.NullPool")}


_STATIC = {"unless:poolclass=StaticPool": "that pool keeps its one connection, and it is meant to"}
_ENGINE = "sqlalchemy.create_engine"
_ASYNC_ENGINE = "sqlalchemy.ext.asyncio.create_async_engine"
_AIO = "sqlalchemy.ext.asyncio"
_SCOPED = "sqlalchemy.orm.scoped_session"
_AIO_SCOPED = f"{_AIO}.async_scoped_session"


def _plain(call: str, owner: str, touch: Any = _execute, arguments: Any = None) -> Bench:
    more = {} if arguments is None else {"arguments": arguments}
    return Bench(
        f"sqlalchemy.{call}", "postgresql", owner=owner, touch=touch, observe="slot", needs=("psycopg2",), **more
    )


def _aio(call: str, owner: str, touch: Any = _execute_async, arguments: Any = None) -> Bench:
    more = {} if arguments is None else {"arguments": arguments}
    needs = ("asyncpg", "greenlet")
    return Bench(f"{_AIO}.{call}", "postgresql", owner=owner, touch=touch, observe="slot", needs=needs, **more)


BENCHES = [
    Bench(
        _ENGINE,
        "postgresql",
        _engine,
        touch=_connect,
        unless={"poolclass=NullPool": _without_pool},
        cannot=_STATIC,
        needs=("psycopg2",),
    ),
    Bench("sqlalchemy.engine_from_config", "postgresql", _configured, touch=_connect, needs=("psycopg2",)),
    _plain("engine.Engine.connect", _ENGINE),
    _plain("engine.Engine.begin", _ENGINE),
    _plain("engine.Engine.raw_connection", _ENGINE, query),
    Bench("sqlalchemy.pool.QueuePool", "postgresql", _queue, close="dispose", needs=("psycopg2",)),
    _plain("pool.Pool.connect", "sqlalchemy.pool.QueuePool", query),
    _plain("orm.Session", _ENGINE, arguments=the_owner),
    _plain("orm.sessionmaker", _ENGINE, arguments=the_owner),
    _plain("orm.sessionmaker.__call__", "sqlalchemy.orm.sessionmaker"),
    _plain("orm.sessionmaker.begin", "sqlalchemy.orm.sessionmaker"),
    Bench(
        _ASYNC_ENGINE,
        "postgresql",
        _async_engine,
        touch=_connect_async,
        unless={"poolclass=NullPool": _async_without_pool},
        cannot=_STATIC,
        needs=("asyncpg", "greenlet"),
    ),
    Bench(
        f"{_AIO}.async_engine_from_config",
        "postgresql",
        _configured_async,
        touch=_connect_async,
        needs=("asyncpg", "greenlet"),
    ),
    Bench(_SCOPED, "postgresql", _registry, touch=None, close="remove", needs=("psycopg2",)),
    Bench(f"{_SCOPED}.__call__", "postgresql", owner=_SCOPED, touch=_execute, needs=("psycopg2",)),
    Bench(_AIO_SCOPED, "postgresql", _async_registry, touch=None, close="remove", needs=("asyncpg", "greenlet")),
    Bench(
        f"{_AIO_SCOPED}.__call__",
        "postgresql",
        owner=_AIO_SCOPED,
        touch=_execute_async,
        needs=("asyncpg", "greenlet"),
    ),
    _aio("AsyncEngine.connect", _ASYNC_ENGINE),
    _aio("AsyncEngine.begin", _ASYNC_ENGINE),
    _aio("AsyncEngine.raw_connection", _ASYNC_ENGINE, None),
    _aio("AsyncSession", _ASYNC_ENGINE, arguments=the_owner),
    _aio("async_sessionmaker", _ASYNC_ENGINE, arguments=the_owner),
    _aio("async_sessionmaker.__call__", f"{_AIO}.async_sessionmaker"),
    _aio("async_sessionmaker.begin", f"{_AIO}.async_sessionmaker"),
]
