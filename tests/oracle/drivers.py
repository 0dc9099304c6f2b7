"""Stand-ins for database drivers: how the real ones are acquired, used, and given back, and nothing else.

`MODULES` maps import names to them. Each has the real library's rule for `with`: `closes` or `transaction`.
"""

from __future__ import annotations

import time
import types
from collections.abc import AsyncIterator, Iterator
from typing import Any

from tests.oracle.world import Resource, UnforeseenError, WorkError, World


def module(name: str, **members: Any) -> types.ModuleType:
    made = types.ModuleType(name)
    vars(made).update(members)
    return made


def errors_of(library: str) -> dict[str, type[Exception]]:
    """The exception classes that PEP 249 asks for."""
    made: dict[str, type[Exception]] = {"Error": type("Error", (Exception,), {"__module__": library})}
    made["InterfaceError"] = type("InterfaceError", (made["Error"],), {})
    made["DatabaseError"] = type("DatabaseError", (made["Error"],), {})
    for name in ("OperationalError", "IntegrityError", "ProgrammingError"):
        made[name] = type(name, (made["DatabaseError"],), {})
    return made


class Rows:
    """What a query or a caller hands in: none, one or two rows, decided when they are looked at."""

    borrows = True

    def __init__(self, name: str) -> None:
        self.name = name

    def __iter__(self) -> Iterator[Row]:
        return iter([Row() for _ in range(World.current.choose(self.name, 3))])

    def __repr__(self) -> str:
        return self.name


class Row:
    """One row."""

    borrows = True

    def __getitem__(self, index: object) -> str:
        return "value"

    def __repr__(self) -> str:
        return "row"


class Cursor:
    """It uses its connection; to hold it is not to hold the connection."""

    borrows = True

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def execute(self, *_: object) -> Cursor:
        self.connection.fail("execute")
        return self

    def fetchone(self) -> Row | None:
        self.connection.fail("fetchone")
        return Row() if World.current.choose("fetchone") else None

    def fetchall(self) -> Rows:
        self.connection.fail("fetchall")
        return Rows("rows")

    def close(self) -> None:
        self.connection.fail("cursor.close")

    def __iter__(self) -> Iterator[Row]:
        for row in Rows("rows"):
            self.connection.fail("next")
            yield row

    def __enter__(self) -> Cursor:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Connection:
    """A connection of a synchronous driver. `pooled`: only its pool can take it back."""

    errors: tuple[type[Exception], ...]
    leaving = "transaction"
    pooled = False

    def __init__(self) -> None:
        self.resource: Resource = World.current.acquire()

    def fail(self, name: str) -> None:
        World.current.event(name, self.errors)

    def give_back(self) -> None:
        first = self.resource.open
        self.resource.open = False
        if first:
            self.fail("release")

    def cursor(self) -> Cursor:
        return Cursor(self)

    def execute(self, *_: object) -> Cursor:
        self.fail("execute")
        return Cursor(self)

    def commit(self) -> None:
        self.fail("commit")

    def rollback(self) -> None:
        self.fail("rollback")

    def close(self) -> None:
        if self.pooled:
            self.fail("close")
        else:
            self.give_back()

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if self.leaving == "closes":
            self.give_back()
        elif kind is None:
            self.commit()
        else:
            self.rollback()

    def __repr__(self) -> str:
        return "connection"


class AsyncConnection(Connection):
    """A connection whose methods are coroutines."""

    async def execute(self, *_: object) -> None:  # type: ignore[override]
        self.fail("execute")

    async def fetch(self, *_: object) -> Rows:
        self.fail("fetchall")
        return Rows("rows")

    async def fetchrow(self, *_: object) -> Row | None:
        self.fail("fetchone")
        return Row() if World.current.choose("fetchone") else None

    async def commit(self) -> None:  # type: ignore[override]
        self.fail("commit")

    async def close(self) -> None:  # type: ignore[override]
        self.give_back()

    async def __aenter__(self) -> AsyncConnection:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.give_back()


class Connecting:
    """`connect()` of an asynchronous driver: awaited it gives a connection, entered it gives and takes one back."""

    borrows = True

    def __init__(self, kind: type[AsyncConnection]) -> None:
        self.kind = kind

    async def _connect(self) -> AsyncConnection:
        World.current.event("connect", self.kind.errors)
        return self.kind()

    def __await__(self) -> Any:
        return self._connect().__await__()

    async def __aenter__(self) -> AsyncConnection:
        self.connection = await self._connect()
        return self.connection

    async def __aexit__(self, *_: object) -> None:
        self.connection.give_back()


class Pool:
    """A pool of a synchronous or asynchronous driver; it makes what it hands out."""

    borrows = True

    def __init__(self, kind: type[Connection]) -> None:
        self.kind = kind

    def getconn(self) -> Connection:
        World.current.event("connect", self.kind.errors)
        return self.kind()

    def putconn(self, connection: Connection, *_: object, **__: object) -> None:
        connection.give_back()

    def acquire(self) -> Connecting:
        assert issubclass(self.kind, AsyncConnection)
        return Connecting(self.kind)

    async def release(self, connection: Connection) -> None:
        connection.give_back()

    connect = getconn


def synchronous(name: str, leaving: str, pooled: bool = False) -> tuple[dict[str, type[Exception]], type[Connection]]:
    errors = errors_of(name)
    raised = (errors["OperationalError"], errors["IntegrityError"])
    kind = type("Connection", (Connection,), {"errors": raised, "leaving": leaving, "pooled": pooled})
    return errors, kind


def database_module(name: str, leaving: str) -> types.ModuleType:
    errors, kind = synchronous(name, leaving)
    return module(name, connect=lambda *_, **__: Pool(kind).getconn(), Connection=kind, **errors)


def asynchronous(name: str, raised: tuple[type[Exception], ...]) -> type[AsyncConnection]:
    return type("AsyncConnection", (AsyncConnection,), {"errors": raised})


def build() -> dict[str, types.ModuleType]:
    modules = {
        "sqlite3": database_module("sqlite3", "transaction"),
        "psycopg2": database_module("psycopg2", "transaction"),
        "psycopg": database_module("psycopg", "closes"),
        "pymysql": database_module("pymysql", "closes"),
    }
    psycopg2 = modules["psycopg2"]
    raised = psycopg2.Connection.errors
    slot = type("Connection", (Connection,), {"errors": raised, "pooled": True})
    psycopg2.pool = module("psycopg2.pool", SimpleConnectionPool=lambda *_, **__: Pool(slot))  # type: ignore[attr-defined]
    modules["psycopg2.pool"] = psycopg2.pool

    errors, alchemy = synchronous("sqlalchemy.exc", "closes")
    errors = {**errors, "SQLAlchemyError": errors.pop("Error")}
    modules["sqlalchemy"] = module("sqlalchemy", create_engine=lambda *_, **__: Pool(alchemy))
    modules["sqlalchemy.exc"] = module("sqlalchemy.exc", **errors)
    # A session takes its connection when it is first used: to make one does not fail.
    modules["sqlalchemy.orm"] = module("sqlalchemy.orm", sessionmaker=lambda *_, **__: alchemy)
    modules["sqlalchemy"].exc = modules["sqlalchemy.exc"]  # type: ignore[attr-defined]

    postgres = type("PostgresError", (Exception,), {})
    raised = (type("DeadlockDetectedError", (postgres,), {}), type("InterfaceError", (Exception,), {}))
    postgres_kind = asynchronous("asyncpg", raised)
    modules["asyncpg"] = module(
        "asyncpg",
        connect=lambda *_, **__: Connecting(postgres_kind),
        PostgresError=postgres,
        InterfaceError=raised[1],
        Pool=Pool,
    )
    lite_kind = asynchronous("aiosqlite", modules["sqlite3"].Connection.errors)
    modules["aiosqlite"] = module("aiosqlite", connect=lambda *_, **__: Connecting(lite_kind))
    modules["aiosqlite"].Error = modules["sqlite3"].Error  # type: ignore[attr-defined]
    # Who waits between two attempts loses no time here.
    modules["time"] = module("time", **{**vars(time), "sleep": lambda _: None})
    modules["support"] = module("support", work=work, fetch=fetch, ready=ready, stream=stream, WorkError=WorkError)
    return modules


HELPER_ERRORS: tuple[type[Exception], ...] = (WorkError, UnforeseenError)


def work(*_: object) -> None:
    World.current.event("work", HELPER_ERRORS)


def fetch(*_: object) -> Row | None:
    World.current.event("fetch", HELPER_ERRORS)
    return Row() if World.current.choose("fetch") else None


def ready(*_: object) -> bool:
    World.current.event("ready", HELPER_ERRORS)
    return bool(World.current.choose("ready"))


async def stream(*_: object) -> AsyncIterator[Row]:
    for _number in range(World.current.choose("stream")):
        World.current.event("stream", HELPER_ERRORS)
        yield Row()


MODULES = build()
ERRORS = [member for found in MODULES.values() for member in vars(found).values() if isinstance(member, type)]
NAMED = ("OperationalError", "IntegrityError", "PostgresError")
ROOTS = dict.fromkeys(error for error in ERRORS if error.__name__ in NAMED)
DatabaseTrouble = type("DatabaseTrouble", tuple(ROOTS), {})
"""A helper may use a database too: whatever driver the program names in a handler, this is one of its errors."""
HELPER_ERRORS += (DatabaseTrouble,)


class Flag:
    """A boolean parameter, decided when it is first looked at."""

    borrows = True

    def __init__(self, name: str) -> None:
        self.name = name
        self.value: bool | None = None

    def __bool__(self) -> bool:
        if self.value is None:
            self.value = bool(World.current.choose(self.name))
        return self.value

    def __repr__(self) -> str:
        return self.name


class Holder:
    """An object of the caller's, on which the program may store things."""


def argument(name: str) -> object:
    """What the outside world passes for a parameter of this name."""
    if name == "items":
        return Rows("items")
    if name == "pool":
        return Pool(asynchronous("asyncpg", MODULES["asyncpg"].connect().kind.errors))
    if name == "holder":
        return Holder()
    return Flag(name)
