"""The families of servers that connections count against: facts, kept in servers.toml."""

from __future__ import annotations

import functools
from importlib import resources

import msgspec
import tomli


class Family(msgspec.Struct, frozen=True, rename="kebab", forbid_unknown_fields=True):
    """One kind of server. limit, reserved: connections it admits, and keeps for its administrators, as installed.
    memory_mb: what a connection in use may cost it, in MB, as a rule of thumb. restart: how a new limit takes effect.
    sql: whether an engine of SQLAlchemy may lead there. schemes: of URLs. django: engines of Django's DATABASES. limit
    0: it has none worth counting against."""

    title: str
    libraries: tuple[str, ...]
    schemes: tuple[str, ...]
    limit: int
    limit_name: str
    reserved: int
    reserved_name: str
    memory_mb: int
    restart: str
    django: tuple[str, ...] = ()
    sql: bool = False


class _Any(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    libraries: tuple[str, ...]


class _Waiting(msgspec.Struct, frozen=True, rename="kebab", forbid_unknown_fields=True):
    calls: tuple[str, ...]
    given_by: tuple[str, ...]


class _Elsewhere(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    calls: tuple[str, ...]
    modules: tuple[str, ...]
    methods: tuple[str, ...]


class _File(msgspec.Struct, frozen=True, rename="kebab", forbid_unknown_fields=True):
    family: dict[str, Family]
    any: _Any
    transaction_hosts: tuple[str, ...]
    by_configuration: tuple[str, ...]
    shared_by: tuple[str, ...]
    waiting: tuple[_Waiting, ...]
    elsewhere: _Elsewhere


@functools.cache
def _facts() -> _File:
    text = resources.files("leaklint.capacity").joinpath("servers.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomli.loads(text), _File)


def families() -> dict[str, Family]:
    """Every family by its name."""
    return _facts().family


def family_of_library(library: str) -> str | None:
    """The family that a library's pools lead to, "" for any, None where its pools are no database's."""
    for name, family in families().items():
        if library in family.libraries:
            return name
    return "" if library in _facts().any.libraries else None


def family_of_scheme(url: str) -> str:
    """The family that a URL leads to by its scheme; "" if it has none that is known."""
    scheme = url.partition("://")[0].partition("+")[0].lower() if "://" in url else ""
    return next((name for name, family in families().items() if scheme in family.schemes), "")


def transaction_hosts() -> tuple[str, ...]:
    """Hosts (patterns, with a port where it tells the mode) of hosted poolers that pool by transaction and do not carry
    prepared statements over."""
    return _facts().transaction_hosts


def by_configuration() -> frozenset[str]:
    """Calls that take the pool's size out of a mapping, where it cannot be seen."""
    return frozenset(_facts().by_configuration)


def shared_by() -> tuple[str, ...]:
    """Keywords that hand a call somebody else's pool: it builds none."""
    return _facts().shared_by


def timeout_of(call: str) -> tuple[str, ...]:
    """The arguments that limit how long a call waits for the server or the pool; () where it has a limit by itself."""
    return next((row.given_by for row in _facts().waiting if call in row.calls), ())


def waits_elsewhere(call: str) -> bool:
    """Whether a call waits for something that is not the database: time, another server, a person."""
    row = _facts().elsewhere
    head, _, last = call.rpartition(".")
    return call in row.calls or (head.partition(".")[0] in row.modules and last in row.methods)


def waiting_calls() -> tuple[str, ...]:
    """Every call that `timeout_of` knows."""
    return tuple(call for row in _facts().waiting for call in row.calls)
