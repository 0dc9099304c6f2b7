"""The numbers of a project's connections and where each comes from. Pure data."""

from __future__ import annotations

from typing import Literal

import msgspec


class Place(msgspec.Struct, frozen=True, order=True):
    """A line of a file (from 1), as messages name it; `path` "" for no file at all."""

    path: str = ""
    line: int = 0
    column: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path


class Figure(msgspec.Struct, frozen=True):
    """A number that holds. how: "configured" (the project's `[tool.leaklint.capacity]` or the command line), "read"
    (a file of the deployment, the live server) or "assumed". why: one clause on it."""

    value: int
    how: Literal["configured", "read", "assumed"]
    why: str
    place: Place = Place()


class Pool(msgspec.Struct, frozen=True):
    """One pool or engine that the project builds.

    kind       "pool", or "django" for the connections that Django's threads keep.
    name       what it is bound to, else what builds it. library: the catalog's name. function: where it is built.
    server     the family of servers its connections go to ("postgresql"); "" where nothing says.
    maximum    connections that one process may hold through it; None: no limit, or not known: then `unlimited` tells.
    size, overflow   the two parts of the maximum, where the library has two.
    written    the source of the size: "pool_size=40, max_overflow=0", "the library's default".
    notes      what was assumed on the way to the number.
    change     the parameter to change, for the advice.
    """

    name: str
    library: str
    builds: str
    place: Place
    end_line: int
    end_column: int
    function: str
    server: str
    maximum: int | None
    unlimited: bool
    written: str
    change: str
    size: int | None = None
    overflow: int = 0
    notes: tuple[str, ...] = ()
    kind: str = "pool"


class Bouncer(msgspec.Struct, frozen=True):
    """What a pgbouncer.ini says. Sizes are server connections for each database and user. databases: name -> pool size
    that its own line gives. reserve: connections that may come on top when clients wait."""

    place: Place
    pool_mode: str
    max_client_conn: int
    default_pool_size: int
    reserve_pool_size: int
    max_db_connections: int
    databases: dict[str, int]
    transaction_databases: tuple[str, ...]
    max_prepared_statements: int

    @property
    def server_connections(self) -> int:
        """Connections that it opens to the database, for one user: all databases together."""
        sizes = [
            min(size + self.reserve_pool_size, self.max_db_connections or size + self.reserve_pool_size)
            for size in self.databases.values()
        ]
        return sum(sizes)


class Deployment(msgspec.Struct, frozen=True):
    """How often the program runs, and against what."""

    servers: Figure
    processes: Figure
    limit: Figure
    reserved: Figure
    bouncer: Bouncer | None = None
    notes: tuple[str, ...] = ()
    not_understood: tuple[str, ...] = ()

    @property
    def ceiling(self) -> int:
        """How many connections the program itself may open: to the database, or to the pooler before it."""
        return self.limit.value - self.reserved.value if self.bouncer is None else self.bouncer.max_client_conn


class Share(msgspec.Struct, frozen=True):
    """A pool's part in the total; `total` None where it has no known maximum. largest: the maximum for one process
    that would fit beside the other pools; None where not even one connection would."""

    pool: Pool
    total: int | None
    largest: int | None


class Budget(msgspec.Struct, frozen=True):
    """The sum. total: connections that all processes may open. left: the limit less that, negative if it is over; of it
    the reserve is not the program's to use. fits: total <= limit - reserved, and no pool is without a limit. shares:
    pools to this server. elsewhere: pools to other servers, not counted. unknown: shares of no known size."""

    server: str
    deployment: Deployment
    shares: tuple[Share, ...]
    elsewhere: tuple[Pool, ...]
    total: int
    available: int
    left: int
    fits: bool
    unknown: int
    advice: tuple[str, ...]
    assumed: tuple[str, ...]
