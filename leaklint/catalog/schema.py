"""What the catalog can say. One TOML file per library holds these tables; `[[tool.leaklint.resource]]` in a project's
configuration is the very same `[[resource]]` table.

Names are dotted, as imported: `psycopg2.connect`. A method is named by the class of its receiver:
`psycopg2.pool.SimpleConnectionPool.getconn`; `X.__call__` is calling an instance of X. Names of the standard library's
builtins are written `builtins.open`.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Kind = Literal[
    "connection",
    "pooled-connection",
    "session",
    "pool",
    "engine",
    "client",
    "channel",
    "cursor",
    "transaction",
    "file",
    "lock",
    "other",
]
Leaving = Literal["closes", "transaction", "nothing", "error"]
Dropped = Literal["closed", "late", "leaked", "slot-lost", "harmless"]
Twice = Literal["ok", "raises", "harms"]
Awaiting = Literal["yes", "no", "either"]
Does = Literal[
    "closes-on-exit",
    "exit-stack",
    "registers",
    "suppresses",
    "passes-through",
    "encloses",
    "awaits",
    "partial",
    "calls",
]


class Evidence(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """Where a row's facts come from.

    how: "ran" (the tests execute them against the real library), "tried" (executed once by hand, and no test repeats
    it: there is no server for that here, or the version is an old one) or "read" (source or documentation).
    versions: of the library, newest last. unproven: fields of a row that was run or tried which were only read.
    detail: what was done, in a few words."""

    how: Literal["ran", "tried", "read"] = "read"
    versions: tuple[str, ...] = ()
    detail: str = ""
    unproven: tuple[str, ...] = ()


class Misuse(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """A call that looks like a release. method: its name on the object; costs: "slot" (the pool's slot stays taken),
    "nothing" (no effect) or "raises"."""

    method: str
    costs: Literal["slot", "nothing", "raises"]
    note: str = ""


class VersionFact(
    msgspec.Struct, frozen=True, gc=False, rename="kebab", omit_defaults=True, forbid_unknown_fields=True
):
    """Overrides of a resource's fields for versions of the library below `before` (and from `since` on)."""

    before: str = ""
    since: str = ""
    with_: Leaving | None = msgspec.field(default=None, name="with")
    async_with: Leaving | None = None
    call_with: Leaving | None = None
    lazy: bool | None = None
    dropped: Dropped | None = None
    double_release: Twice | None = None
    release: tuple[str, ...] | None = None
    note: str = ""


class PoolSize(msgspec.Struct, frozen=True, gc=False, rename="kebab", omit_defaults=True, forbid_unknown_fields=True):
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


class ByName(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """Shape recognition: a call `receiver.method()` whose receiver's last name matches one of the glob patterns."""

    method: str
    receivers: tuple[str, ...] = ()


class Resource(msgspec.Struct, frozen=True, gc=False, rename="kebab", omit_defaults=True, forbid_unknown_fields=True):
    """Something that is taken and must be given back.

    name          what messages call it: "connection", "pooled connection", "session", "engine", "pool", "client" ...
    kind          connection | pooled-connection | session | pool | engine | client | channel | cursor | transaction |
                  file | lock | other. Rules look at it; messages use `name`.
    acquire       calls that take one. Their result is the object (after `await`, if `awaited`).
    type, types   its class and that class's other names: for annotations, isinstance and method lookup.
    awaited       the acquiring call must be awaited ("async with" of the un-awaited call counts too, see async-with).
    release       methods of the object that give it back; `connection_pool.disconnect`: one of what an attribute holds.
    release-to    methods of the object it was taken from that take it back as an argument: `pool.putconn(conn)`.
    release-functions   dotted functions that take it as an argument and release it.
    release-owner methods of what it was taken from that release it without being given it: `scoped.remove()`.
    release-awaited     "yes": an un-awaited release does nothing; "no": releases are plain calls;
                  "either": works both ways.
    release-plain members of `release` that are plain calls although release-awaited is "yes": asyncpg's terminate().
    ended-by      methods that do something else and give it back with that: `execute` of a Redis pipeline. Other
                  objects' methods of that name are no release.
    release-completed   an awaited method that has to follow, because the release only begins it: aiomysql's
                  `pool.close()` marks the pool, `await pool.wait_closed()` closes its connections.
    ends-with-owner     releasing the object it was taken from (pool.closeall(), engine.dispose()) ends it too.
    with, async-with    what leaving `with obj` does: closes | transaction | nothing | error (no such protocol).
    call-with     the same for `with acquiring_call()` written without `await`, when it differs (aiomysql's
                  `async with pool.acquire()`); "" means the same as with / async-with.
    lazy          taking the object takes nothing from the server until `with` enters it (psycopg_pool's
                  pool.connection()): calling it without entering is no acquisition.
    opens         "construct": taking it opens something at once; "first-use": it holds nothing until it is first used
                  (an SQLAlchemy engine or session, a MongoDB client).
    taken         "result": the object is what the call returns; "receiver": the call takes hold of the object that it
                  is called on, `lock.acquire()`.
    shared        the call gives what others are given too (the session of this thread): a function answers for it only
                  as far as it releases it itself.
    wrong-release calls that look like a release and are not.
    double-release  ok | raises | harms (a second release damages the pool).
    use-after-release   raises | reopens | ok.
    after-release       methods that do nothing, and do not fail, once it was given back: rollback() of an SQLAlchemy
                  connection.
    dropped       what happens when the last reference goes: closed (at once, by reference counting), late (by the
                  cyclic collector only), leaked (stays open while the process lives), slot-lost (the pool never gets
                  its slot back), harmless (nothing was held).
    derives       methods whose result lives on the object: cursor, execute ... A method whose result is another
                  acquisition stands in that resource's `acquire`, never here.
    returns-self  methods that return the object itself.
    no-raise      methods (or attribute assignments, written ".name") that do not fail in practice right after
                  acquisition.
    open-tests, closed-tests    methods or attributes that tell whether it is open / closed.
    unless        argument facts that make the call take nothing: "poolclass=NullPool" (the keyword has a value whose
                  last name is that), "0=sqlite://" (the first argument is that text), "creator" (the keyword is given),
                  "given:Class" (an argument is an object of that class: a session over somebody else's connection).
    slight        argument facts, written likewise, with which nobody else could lack what it takes: "0=:memory:".
    only          argument facts of the same form, without which the call takes nothing: "stream=True".
    gives         what unpacking finds, where the call returns a tuple: indexes of the members that are the object;
                  empty: the result itself is the object. `asyncio.open_connection` gives (1,).
    by-name       receivers and method to recognise it by when the receiver's type is unknown: {method="getconn",
                  receivers=["*pool*"]}; an empty `receivers` accepts any.
    pool          for pools and engines: how their size is written.
    obliges       false: nobody has to give it back, for it ends by itself (a cursor with its connection, a result when
                  it is read to its end or dropped). The row says what it is, and no rule asks for it. A project takes
                  a call of the catalog out of force with it.
    since, before the row holds only from that version on, or below that one. Where the version is not known, the
                  newest counts.
    """

    name: str
    kind: Kind
    acquire: tuple[str, ...]
    type: str = ""
    types: tuple[str, ...] = ()
    awaited: bool = False
    release: tuple[str, ...] = ()
    release_to: tuple[str, ...] = ()
    release_functions: tuple[str, ...] = ()
    release_owner: tuple[str, ...] = ()
    release_awaited: Awaiting = "no"
    release_plain: tuple[str, ...] = ()
    ended_by: tuple[str, ...] = ()
    release_completed: str = ""
    ends_with_owner: bool = False
    with_: Leaving = msgspec.field(default="error", name="with")
    async_with: Leaving = "error"
    call_with: Leaving | Literal[""] = ""
    lazy: bool = False
    opens: Literal["construct", "first-use"] = "construct"
    taken: Literal["result", "receiver"] = "result"
    shared: bool = False
    wrong_release: tuple[Misuse, ...] = ()
    double_release: Twice = "ok"
    use_after_release: Literal["raises", "reopens", "ok"] = "raises"
    after_release: tuple[str, ...] = ()
    dropped: Dropped = "closed"
    derives: tuple[str, ...] = ()
    returns_self: tuple[str, ...] = ()
    no_raise: tuple[str, ...] = ()
    open_tests: tuple[str, ...] = ()
    closed_tests: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    slight: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    gives: tuple[int, ...] = ()
    by_name: tuple[ByName, ...] = ()
    pool: PoolSize | None = None
    obliges: bool = True
    since: str = ""
    before: str = ""
    version: tuple[VersionFact, ...] = ()
    evidence: Evidence = Evidence()
    note: str = ""


class Factory(msgspec.Struct, frozen=True, gc=False, rename="kebab", omit_defaults=True, forbid_unknown_fields=True):
    """A call that returns an object of a known class which is no resource itself: `sessionmaker(...)`, or a pool that
    cannot be closed; `pool` says how the size of that is written."""

    call: str
    returns: str
    pool: PoolSize | None = None


class Wrapper(msgspec.Struct, frozen=True, gc=False, rename="kebab", omit_defaults=True, forbid_unknown_fields=True):
    """A function or class that takes on a release. does:
    closes-on-exit   `with closing(x)`; its exit calls x.`method`()
    exit-stack       an ExitStack: enter_context, push, callback ... register releases run by its exit or close()
    registers        `atexit.register(f)`, `self.addCleanup(f)`: f runs later; what f releases is taken care of
    suppresses       `with suppress(E)`: its exit ends exceptions of the types given as arguments
    passes-through   returns its first argument: `asyncio.shield`, `asyncio.wait_for`, `typing.cast` (argument = 1)
    encloses         a context manager that gives its first argument and does nothing with it: `nullcontext(x)`
    awaits           runs the coroutine it is given: `asyncio.run`, `loop.run_until_complete`, `asyncio.create_task`
    partial          functools.partial
    calls            calls its first argument with the rest: `asyncio.to_thread(f, x)`, `loop.run_in_executor`
                     (argument = 1). elsewhere: in another thread or later, so that what it raises does not come back
    """

    call: str
    does: Does
    method: str = ""
    awaited: bool = False
    argument: int = 0
    elsewhere: bool = False


class SafeMethods(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """Methods that do not fail in practice, on receivers of unknown type. An empty `receivers` accepts any receiver;
    otherwise the receiver's last name must match one of the glob patterns: `log`, `*logger`."""

    methods: tuple[str, ...]
    receivers: tuple[str, ...] = ()


class Framework(msgspec.Struct, frozen=True, gc=False, rename="kebab", omit_defaults=True, forbid_unknown_fields=True):
    """What a framework does with functions, methods and objects of the program that runs under it.

    exceptions-reach-yield      calls or decorators whose generator gets the exceptions of its user at the `yield`:
                                `contextlib.contextmanager`, `fastapi.Depends`. A release after a bare yield leaks.
    exceptions-do-not-reach     those whose generator is always resumed normally: `pytest.fixture`.
    coroutine-decorators        decorators that make a coroutine of a generator, whose `yield from` (or `yield`) awaits.
    recurring-decorators        decorators whose function it calls again for each request, test or task.
    recurring-methods           methods of its classes and their subclasses that it calls again for each test, request
                                or task: what one call keeps on the object and nothing releases is lost each time.
                                "Class.method", or "method" alone for any class in a module that imports it.
    short-lived-holders         objects that live for a request or task only, "flask.g": a connection that is kept on
                                one and that no code of the program takes from it to release is lost with it.
    bounded-caches              decorators that keep a limited number of results and drop the others without closing
                                them, with the parameter that limits: "functools.lru_cache:maxsize".
    entry-points                calls or decorators that are given a function to call for each request or task.
    run-once                    decorators (their last name, in a module that imports the framework) of functions after
                                which the process ends: the commands of a command line. "file:NAME": any function of
                                such a file that imports the framework.
    """

    name: str
    modules: tuple[str, ...]
    exceptions_reach_yield: tuple[str, ...] = ()
    exceptions_do_not_reach: tuple[str, ...] = ()
    coroutine_decorators: tuple[str, ...] = ()
    recurring_decorators: tuple[str, ...] = ()
    recurring_methods: tuple[str, ...] = ()
    short_lived_holders: tuple[str, ...] = ()
    bounded_caches: tuple[str, ...] = ()
    entry_points: tuple[str, ...] = ()
    run_once: tuple[str, ...] = ()
    note: str = ""


class Prepares(msgspec.Struct, frozen=True, gc=False, rename="kebab", omit_defaults=True, forbid_unknown_fields=True):
    """Whether a driver makes named server-side prepared statements by itself, which a pooler that changes the server
    session between transactions cannot keep. off-by: keyword arguments that stop it, all of them together."""

    default: bool
    off_by: tuple[str, ...] = ()
    note: str = ""


class Library(msgspec.Struct, frozen=True, gc=False, rename="kebab", omit_defaults=True, forbid_unknown_fields=True):
    """One catalog file.

    modules       import names; the prefilter looks for them, and a library whose modules no analysed file names is
                  not loaded. Empty for the tables that always hold (the standard library's mechanisms).
    distributions names in requirement files, for per-version facts.
    default       False: used only when asked for (libraries that hold no database connection: sockets, HTTP).
    errors        the roots of what its calls raise. hierarchy: exception -> its base, for except clauses.
    dbapi         the module that defines the exceptions of PEP 249; their hierarchy need not be written then, and
                  `errors` is its Error.
    aliases       other dotted name -> canonical dotted name (functions, classes, modules).
    subclasses    class -> base class, where methods are inherited.
    values        module global, or attribute of a class's objects -> the class of what it holds:
                  `flask_sqlalchemy.SQLAlchemy.engine`.
    borrowers     calls that use a resource they are given and keep nothing.
    keepers       calls that keep a resource they are given and become answerable for it.
    no-raise      calls that do not fail in practice: dotted names, `logging.*` (all below), `*.log` (any receiver).
    factory       calls that return an object of a known class.
    prepares      for drivers of PostgreSQL: named prepared statements.
    """

    name: str
    modules: tuple[str, ...] = ()
    distributions: tuple[str, ...] = ()
    default: bool = True
    errors: tuple[str, ...] = ()
    hierarchy: dict[str, str] = {}
    dbapi: str = ""
    prepares: Prepares | None = None
    aliases: dict[str, str] = {}
    subclasses: dict[str, str] = {}
    values: dict[str, str] = {}
    borrowers: tuple[str, ...] = ()
    keepers: tuple[str, ...] = ()
    no_raise: tuple[str, ...] = ()
    note: str = ""
    resource: tuple[Resource, ...] = ()
    factory: tuple[Factory, ...] = ()
    wrapper: tuple[Wrapper, ...] = ()
    safe_method: tuple[SafeMethods, ...] = ()
    framework: tuple[Framework, ...] = ()
