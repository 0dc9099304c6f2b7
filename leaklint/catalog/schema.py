"""What the catalog can say. One TOML file per library holds these tables; `[[tool.leaklint.resource]]` in a project's
configuration is the very same `[[resource]]` table.

Names are dotted, as imported: `psycopg2.connect`. A method is named by the class of its receiver:
`psycopg2.pool.SimpleConnectionPool.getconn`; `X.__call__` is calling an instance of X.
"""

from __future__ import annotations

import msgspec


class Evidence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a fact comes from. how: "ran" (executed against the real library) or "read" (source or documentation)."""

    how: str = "read"
    versions: tuple[str, ...] = ()
    detail: str = ""


class Misuse(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A call that looks like a release. method: its name on the object; costs: "slot" (the pool's slot stays taken),
    "nothing" (no effect) or "raises"."""

    method: str
    costs: str
    note: str = ""


class VersionFact(msgspec.Struct, frozen=True, rename="kebab", forbid_unknown_fields=True):
    """Overrides of a resource's fields for versions of the library below `before` (and from `since` on)."""

    before: str = ""
    since: str = ""
    with_: str | None = msgspec.field(default=None, name="with")
    async_with: str | None = None
    dropped: str | None = None
    double_release: str | None = None
    release: tuple[str, ...] | None = None


class PoolSize(msgspec.Struct, frozen=True, rename="kebab", forbid_unknown_fields=True):
    """How a pool's upper limit is written. position: 0-based, -1 keyword only. default: a number, "required" or
    "unlimited". overflow: a second parameter that adds to it, with its default. unlimited: values meaning no limit."""

    name: str
    position: int = -1
    default: int | str = "required"
    min_name: str = ""
    min_default: int | str = 0
    overflow: str = ""
    overflow_default: int = 0
    unlimited: tuple[str, ...] = ()
    note: str = ""


class Resource(msgspec.Struct, frozen=True, rename="kebab", forbid_unknown_fields=True):
    """Something that is taken and must be given back.

    name          what messages call it: "connection", "pooled connection", "session", "engine", "pool", "client" ...
    kind          connection | pooled-connection | session | pool | engine | client | channel | cursor | transaction |
                  file | lock | other. Rules look at it; messages use `name`.
    acquire       calls that take one. Their result is the object (after `await`, if `awaited`).
    type, types   its class and that class's other names: for annotations, isinstance and method lookup.
    awaited       the acquiring call must be awaited ("async with" of the un-awaited call counts too, see async-with).
    release       methods of the object that give it back.
    release-to    methods of the object it was taken from that take it back as an argument: `pool.putconn(conn)`.
    release-functions   dotted functions that take it as an argument and release it.
    release-awaited     "yes": an un-awaited release does nothing; "no": releases are plain calls;
                  "either": works both ways.
    ends-with-owner     releasing the object it was taken from (pool.closeall(), engine.dispose()) ends it too.
    with, async-with    what leaving `with obj` does: closes | transaction | nothing | error (no such protocol).
    call-with     the same for `with acquiring_call()` written without `await`, when it differs (aiomysql's
                  `async with pool.acquire()`); "" means the same as with / async-with.
    lazy          taking the object takes nothing from the server until `with` enters it (psycopg_pool's
                  pool.connection()): calling it without entering is no acquisition.
    wrong-release calls that look like a release and are not.
    double-release  ok | raises | harms (a second release damages the pool).
    use-after-release   raises | reopens | ok.
    dropped       what happens when the last reference goes: closed (at once, by reference counting), late (by the
                  cyclic collector only), leaked (stays open while the process lives), slot-lost (the pool never gets
                  its slot back), harmless (nothing was held).
    derives       methods whose result lives on the object: cursor, execute ...
    returns-self  methods that return the object itself.
    no-raise      methods (or attribute assignments, written ".name") that do not fail in practice right after acquisition.
    open-tests, closed-tests    methods or attributes that tell whether it is open / closed.
    borrows       methods of the object whose result is itself another acquisition are listed as that resource's
                  `acquire`, never here.
    unless        argument facts that make the call take nothing: "poolclass=NullPool", "creator".
    by-name       receivers and method to recognise it by when the receiver's type is unknown: {method="getconn",
                  receivers=["*pool*"]}; an empty `receivers` accepts any.
    pool          for pools and engines: how their size is written.
    yields        for pools: the resource names its methods hand out (documentation only).
    """

    name: str
    kind: str
    acquire: tuple[str, ...]
    type: str = ""
    types: tuple[str, ...] = ()
    awaited: bool = False
    release: tuple[str, ...] = ()
    release_to: tuple[str, ...] = ()
    release_functions: tuple[str, ...] = ()
    release_awaited: str = "no"
    ends_with_owner: bool = False
    with_: str = msgspec.field(default="error", name="with")
    async_with: str = "error"
    call_with: str = ""
    lazy: bool = False
    wrong_release: tuple[Misuse, ...] = ()
    double_release: str = "ok"
    use_after_release: str = "raises"
    dropped: str = "closed"
    derives: tuple[str, ...] = ()
    returns_self: tuple[str, ...] = ()
    no_raise: tuple[str, ...] = ()
    open_tests: tuple[str, ...] = ()
    closed_tests: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    by_name: tuple[ByName, ...] = ()
    pool: PoolSize | None = None
    version: tuple[VersionFact, ...] = ()
    evidence: Evidence = Evidence()
    note: str = ""


class ByName(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Shape recognition: a call `receiver.method()` whose receiver's last name matches one of the glob patterns."""

    method: str
    receivers: tuple[str, ...] = ()


class Factory(msgspec.Struct, frozen=True, rename="kebab", forbid_unknown_fields=True):
    """A call that returns an object of a known class which is no resource itself: `sessionmaker(...)`."""

    call: str
    returns: str


class Wrapper(msgspec.Struct, frozen=True, rename="kebab", forbid_unknown_fields=True):
    """A function or class that takes on a release. does:
    closes-on-exit   `with closing(x)`; its exit calls x.`method`()
    exit-stack       an ExitStack: enter_context, push, callback ... register releases run by its exit or close()
    registers        `atexit.register(f)`, `self.addCleanup(f)`: f runs later; the resources f releases are taken care of
    suppresses       `with suppress(E)`: its exit ends exceptions of the types given as arguments
    passes-through   returns its first argument: `typing.cast` (with `argument` = 1), `asyncio.shield`, `asyncio.wait_for`
    awaits           runs the coroutine it is given: `asyncio.run`, `loop.run_until_complete`, `asyncio.create_task`
    partial          functools.partial
    calls            calls its first argument with the rest: `asyncio.to_thread(f, x)`, `loop.run_in_executor` (argument = 1)
    """

    call: str
    does: str
    method: str = ""
    awaited: bool = False
    argument: int = 0


class Library(msgspec.Struct, frozen=True, rename="kebab", forbid_unknown_fields=True):
    """One catalog file.

    modules       top-level import names; the prefilter looks for them.
    distributions names in requirement files, for per-version facts.
    errors        the roots of what its calls raise. hierarchy: exception -> its base, for except clauses.
    aliases       other dotted name -> canonical dotted name (functions, classes, modules).
    subclasses    class -> base class, where methods are inherited.
    borrowers     calls that use a resource they are given and keep nothing.
    keepers       calls that keep a resource they are given and become answerable for it.
    no-raise      calls that do not fail in practice.
    """

    name: str
    modules: tuple[str, ...]
    distributions: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    hierarchy: dict[str, str] = {}
    aliases: dict[str, str] = {}
    subclasses: dict[str, str] = {}
    borrowers: tuple[str, ...] = ()
    keepers: tuple[str, ...] = ()
    no_raise: tuple[str, ...] = ()
    note: str = ""
    resource: tuple[Resource, ...] = ()
    factory: tuple[Factory, ...] = ()
    wrapper: tuple[Wrapper, ...] = ()
