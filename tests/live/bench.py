"""How one call of the catalog is made here: all that a library's bench has to say."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.live.servers import DATABASE, HOST, PASSWORD, USER, Server


class Arguments:
    """The arguments of one call."""

    def __init__(self, *positional: Any, **named: Any) -> None:
        self.positional = positional
        self.named = named

    def with_named(self, more: dict[str, Any]) -> Arguments:
        return Arguments(*self.positional, **{**self.named, **more})

    def without(self, names: Iterable[str]) -> Arguments:
        dropped = set(names)
        return Arguments(*self.positional, **{key: value for key, value in self.named.items() if key not in dropped})

    def apply(self, call: Callable[..., Any]) -> Any:
        return call(*self.positional, **self.named)


def nothing(server: Server, owner: Any) -> Arguments:
    """A call without arguments."""
    return Arguments()


def the_owner(server: Server, owner: Any) -> Arguments:
    """A call that is given what its result is taken from."""
    return Arguments(owner)


def account(server: Server, database: str = "database", password: str = "password") -> dict[str, Any]:
    """Where the server is and who we are, under the names that most drivers use."""
    where = {"host": HOST, "port": server.port, "user": USER}
    return {**where, password: PASSWORD, database: DATABASE}


def url(server: Server, scheme: str) -> str:
    """The address of the tests' database."""
    return f"{scheme}://{USER}:{PASSWORD}@{HOST}:{server.port}/{DATABASE}"


def query(connection: Any) -> None:
    """Uses a PEP 249 connection once and leaves no result unread."""
    cursor = connection.cursor()
    try:
        cursor.execute("select 1")
        cursor.fetchall()
    finally:
        cursor.close()


async def query_async(connection: Any) -> None:
    """The same where everything is awaited."""
    cursor = await settled(connection.cursor())
    try:
        await cursor.execute("select 1")
        await cursor.fetchall()
    finally:
        await settled(cursor.close())


async def settled(result: Any) -> Any:
    """The result itself, or what awaiting it gives."""
    return await result if inspect.isawaitable(result) else result


@dataclass(frozen=True)
class Bench:
    """call: the dotted name, as the catalog writes it. server: a key of `servers.SERVERS`.
    arguments: made from the server and the owner; those of a pool make room for one object.
    owner: the bench's call whose result this one is taken from.
    touch: uses the object once; None where there is nothing to do with it.
    observe: "slot" asks whether the owner has another one to give, "sessions" counts on the server; pools that keep
        no connection are seen by their threads or tasks.
    rival: uses what the owner was taken from, which cannot be while one is out: for calls that take hold of their
        owner, seen by "slot".
    close: how to end the object when the catalog has no row for it, or its release waits for what is out.
    calls: method -> the arguments that it needs.
    roomier: the keywords that give its owner room for two.
    start: a method that makes the object ready for others to be taken from it.
    needs: modules that it imports beside its own.
    unless: a fact of the row's `unless` that is no literal keyword -> the arguments that bring it about.
    cannot: claim, or claim:subject -> why it is not tried here."""

    call: str
    server: str
    arguments: Callable[[Server, Any], Arguments] = nothing
    owner: str = ""
    touch: Callable[[Any], Any] | None = query
    observe: Literal["sessions", "slot", "threads", "tasks"] = "sessions"
    rival: Callable[[Any], Any] | None = None
    close: str = ""
    start: str = ""
    calls: dict[str, Arguments] = field(default_factory=dict)
    roomier: dict[str, Any] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    unless: dict[str, Callable[[Server, Any], Arguments]] = field(default_factory=dict)
    cannot: dict[str, str] = field(default_factory=dict)

    def function(self, owner: Any) -> Callable[..., Any]:
        """The call itself, bound to the owner where it is a method of it. Raises AttributeError, ImportError."""
        holder, _, name = self.call.rpartition(".")
        parent = resolve(holder)
        if inspect.isclass(parent) and owner is not None and isinstance(owner, parent):
            bound: Callable[..., Any] = getattr(owner, name)
            return bound
        found: Callable[..., Any] = getattr(parent, name)
        return found


def resolve(name: str) -> Any:
    """What a dotted name means. Raises ImportError, AttributeError."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        module = ".".join(parts[:length])
        try:
            found: Any = importlib.import_module(module)
        except ModuleNotFoundError as error:
            if error.name is None or not f"{module}.".startswith(f"{error.name}."):
                raise
            continue
        for part in parts[length:]:
            found = getattr(found, part)
        return found
    raise ImportError(name)
