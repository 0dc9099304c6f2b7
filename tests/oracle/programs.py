"""Programs at random: small modules that take connections and mostly, but not always, give them back.

The grammar knows the idioms of real code (try/finally, guards, flags, helpers, owners ...) and bends them: any block
may leave early, raise, loop, branch on what nobody knows, or nest another idiom. The first alternative of every choice
is the plainest, so that Hypothesis shrinks towards plain code.
"""

from __future__ import annotations

import dataclasses
import re
import textwrap
from collections.abc import Callable, Sequence
from typing import TypeVar

from hypothesis import strategies as st

SUPPORT = ("WorkError", "fetch", "ready", "stream", "work")


@dataclasses.dataclass(frozen=True)
class Driver:
    """How one library's connections are written. `{c}` stands for the connection's name.

    error, narrow: exception classes that handlers name. closable: `closing({c})` is right. withable: `with {c}` is
    allowed, whatever it does. entered: the context expression that gives and takes back a connection by itself, "" if
    there is none. wrong: looks like a release. parameter: what every function needs to be given.
    """

    imports: tuple[str, ...]
    acquire: str
    release: str
    uses: tuple[str, ...]
    error: str
    setup: str = ""
    closable: bool = True
    withable: bool = True
    entered: str = ""
    wrong: str = ""
    narrow: str = ""
    parameter: str = ""
    is_async: bool = False


CURSOR_USES = ("cur = {c}.cursor()", "{c}.cursor().execute('q')", "rows = {c}.cursor().fetchall()")
EXECUTE_USES = ("{c}.execute('q')", "rows = {c}.execute('q').fetchall()", "row = {c}.execute('q').fetchone()")
ASYNC_USES = ("await {c}.execute('q')", "rows = await {c}.fetch('q')", "row = await {c}.fetchrow('q')")

DRIVERS = (
    Driver(
        ("import sqlite3",), "sqlite3.connect('db')", "{c}.close()", (*EXECUTE_USES, "{c}.commit()"),
        "sqlite3.Error", narrow="sqlite3.OperationalError",
    ),
    Driver(
        ("from psycopg2.pool import SimpleConnectionPool", "import psycopg2"), "pool.getconn()", "pool.putconn({c})",
        (*CURSOR_USES, "{c}.commit()"), "psycopg2.Error", setup="pool = SimpleConnectionPool(1, 5, 'dsn')",
        closable=False, wrong="{c}.close()", narrow="psycopg2.OperationalError",
    ),
    Driver(
        ("import psycopg2",), "psycopg2.connect('dsn')", "{c}.close()", (*CURSOR_USES, "{c}.commit()"),
        "psycopg2.Error", narrow="psycopg2.IntegrityError",
    ),
    Driver(
        ("import psycopg",), "psycopg.connect('dsn')", "{c}.close()", EXECUTE_USES, "psycopg.Error",
        entered="psycopg.connect('dsn')", narrow="psycopg.OperationalError",
    ),
    Driver(
        ("import pymysql",), "pymysql.connect(host='h')", "{c}.close()", CURSOR_USES, "pymysql.Error",
        narrow="pymysql.OperationalError",
    ),
    Driver(
        ("from sqlalchemy import create_engine", "from sqlalchemy.exc import SQLAlchemyError"), "engine.connect()",
        "{c}.close()", ("{c}.execute('q')", "{c}.commit()"), "SQLAlchemyError",
        setup="engine = create_engine('url')", entered="engine.connect()",
    ),
    Driver(
        ("from sqlalchemy import create_engine", "from sqlalchemy.exc import SQLAlchemyError",
         "from sqlalchemy.orm import sessionmaker"), "Session()", "{c}.close()", ("{c}.execute('q')", "{c}.commit()"),
        "SQLAlchemyError", setup="Session = sessionmaker(create_engine('url'))", entered="Session()",
    ),
    Driver(
        ("import asyncpg",), "await asyncpg.connect('dsn')", "await {c}.close()", ASYNC_USES, "asyncpg.PostgresError",
        withable=False, closable=False, wrong="{c}.close()", is_async=True,
    ),
    Driver(
        ("import asyncpg",), "await pool.acquire()", "await pool.release({c})", ASYNC_USES, "asyncpg.PostgresError",
        withable=False, closable=False, entered="pool.acquire()", wrong="pool.release({c})",
        parameter="pool: asyncpg.Pool", is_async=True,
    ),
    Driver(
        ("import aiosqlite",), "await aiosqlite.connect('db')", "await {c}.close()",
        ("await {c}.execute('q')", "await {c}.commit()"), "aiosqlite.Error", withable=False, closable=False,
        entered="aiosqlite.connect('db')", wrong="{c}.close()", is_async=True,
    ),
)  # fmt: skip

Lines = list[str]
T = TypeVar("T")


def indent(lines: Sequence[str]) -> Lines:
    return ["    " + line for line in lines]


def under(header: str, lines: Sequence[str]) -> Lines:
    return [header, *indent(lines)]


class Writer:
    """Writes one program. Helpers are written once, when they are first called."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.driver = self.pick(DRIVERS)
        self.helpers: dict[str, Lines] = {}
        self.budget = draw(st.integers(1, 10))
        self.depth = 0
        self.loops = 0
        self.names = 0
        self.conns: Lines = []
        self.returns = True
        self.in_helper = False

    def pick(self, options: Sequence[T]) -> T:
        return self.draw(st.sampled_from(options))

    def one_in(self, n: int) -> bool:
        return self.draw(st.integers(1, n)) == n

    # -- spelling ---------------------------------------------------------------------------------------------------

    @property
    def awaiting(self) -> str:
        return "await " if self.driver.is_async else ""

    def define(self, name: str, parameters: str, body: Sequence[str], decorator: str = "") -> Lines:
        given = ", ".join(filter(None, (self.driver.parameter, parameters)))
        keyword = "async def" if self.driver.is_async else "def"
        return [*([decorator] if decorator else []), *under(f"{keyword} {name}({given}):", body)]

    def call(self, name: str, arguments: str = "") -> str:
        given = ", ".join(filter(None, (self.driver.parameter.partition(":")[0], arguments)))
        return f"{self.awaiting}{name}({given})"

    def helper(self, name: str, write: Callable[[], Lines]) -> str:
        """The name of a helper that `write` makes; one helper of each sort is enough."""
        if name not in self.helpers:
            self.helpers[name] = []
            outside = (self.conns, self.depth, self.loops, self.returns, self.in_helper)
            self.conns, self.depth, self.loops, self.returns, self.in_helper = [], 1, 0, False, True
            self.helpers[name] = write()
            self.conns, self.depth, self.loops, self.returns, self.in_helper = outside
        return name

    def fresh(self) -> str:
        self.names += 1
        return f"c{self.names}"

    def release(self, c: str) -> str:
        return self.driver.release.format(c=c)

    def handler(self) -> str:
        """What an except clause takes."""
        types = [
            "Exception",
            self.driver.error,
            self.driver.narrow,
            "WorkError",
            f"({self.driver.error}, WorkError)",
            "ValueError",
        ]
        return self.pick([f"except {name}:" for name in types if name])

    # -- blocks and statements --------------------------------------------------------------------------------------

    def block(self) -> Lines:
        lines: Lines = []
        self.depth += 1
        for _ in range(self.draw(st.integers(1, 3))):
            if self.budget <= 0:
                break
            statement = self.statement()
            lines += statement
            if re.match(r"(return|raise|break|continue)\b", statement[-1]):
                break
        self.depth -= 1
        return lines or ["work()"]

    def statement(self) -> Lines:
        self.budget -= 1
        kinds: list[Callable[[], Lines]] = [self.work, self.use]
        if self.depth <= 3:
            kinds += [self.branch, self.attempt, self.loop, self.branch, self.match_on, self.jump_from_finally]
            if len(self.conns) < 2 and not self.in_helper:
                kinds += [self.lifecycle] * 4
        kinds += [self.jump, self.jump, self.compute]
        if self.conns:
            kinds += [self.meddle, self.use]
        return self.pick(kinds)()

    def work(self) -> Lines:
        return [self.pick(["work()", "row = fetch()", "ready()"])]

    def compute(self) -> Lines:
        """Expressions of every sort that take nothing."""
        return [
            self.pick(
                [
                    "rows = [fetch() for _ in range(2)]",
                    "rows = {number: fetch(number) for number in range(2) if number}",
                    "assert ready()",
                    "row = fetch() if other else None",
                    "row = other and fetch()",
                    "work(*[1, 2], **{})",
                    "text = f'{fetch()!r}'",
                    "row = (lambda: fetch())()",
                    "number = 1 if 0 < len('ab') < 3 else 2",
                    "if (row := fetch()) is not None: work(row)",
                ]
            )
        ]

    def match_on(self) -> Lines:
        cases = [*under("case None:", self.block()), *under(self.pick(["case _:", "case row:"]), self.block())]
        return under("match fetch():", cases)

    def jump_from_finally(self) -> Lines:
        """A `finally:` that leaves by itself, whatever was on its way."""
        if not (self.loops or self.returns):
            return self.attempt()
        jump = self.pick((["break"] if self.loops else []) + (["return 3"] if self.returns else []))
        leave = under("if other:", [jump]) if self.draw(st.booleans()) else [jump]
        return [*under("try:", self.block()), *under("finally:", leave)]

    def use(self) -> Lines:
        if not self.conns:
            return self.work()
        c = self.conns[-1]
        use = self.pick([*self.driver.uses, "work({c})", "row = fetch({c})", "touch", "inner"])
        if use == "touch":
            body = [self.driver.uses[0].format(c="c"), "return c is None"]
            return [self.call(self.helper("touch", lambda: self.define("touch", "c", body)), c)]
        if use == "inner":
            if self.driver.is_async:
                return [f"later = lambda: work({c})", "later()"]
            if self.one_in(4):
                return [*under("def inner():", [self.release(c)]), "inner()"]
            return [*under("def inner():", [f"return fetch({c})"]), self.pick(["row = inner()", "work(inner)"])]
        return [use.format(c=c)]

    def test(self) -> str:
        unknown = ["flag", "ready()", "not flag", "fetch() is None", "other and ready()", "flag or other"]
        return self.pick(unknown)

    def branch(self) -> Lines:
        lines = under(f"if {self.test()}:", self.block())
        if self.one_in(3):
            lines += under("else:", self.block())
        return lines

    def attempt(self) -> Lines:
        lines = under("try:", self.block())
        kinds = self.pick(["except", "finally", "except else", "except finally"])
        if "except" in kinds:
            lines += under(self.handler(), [*self.block(), *(["raise"] if self.one_in(3) else [])])
        if "else" in kinds:
            lines += under("else:", self.block())
        if "finally" in kinds:
            lines += under("finally:", ["work()"])
        return lines

    def loop(self) -> Lines:
        kinds = ["for item in items:", "while ready():", "while True:", "for number in range(2):"]
        kinds += ["while (row := fetch()) is not None:", *(["async for row in stream():"] * self.driver.is_async)]
        kind = self.pick(kinds)
        self.loops += 1
        body = self.block()
        self.loops -= 1
        if kind == "while True:":
            body = [*under("if not ready():", ["break"]), *body]
        lines = under(kind, body)
        if self.one_in(5) and kind != "while True:":
            lines += under("else:", self.block())
        return lines

    def jump(self) -> Lines:
        jumps = ["raise ValueError('no')"]
        if self.returns:
            jumps = ["return None", "return 1", *jumps]
        if self.loops:
            jumps = ["break", "continue", *jumps]
        jump = self.pick(jumps)
        return under(f"if {self.test()}:", [jump]) if self.draw(st.booleans()) else [jump]

    def meddle(self) -> Lines:
        """Something that changes who holds the connection."""
        c = self.conns[-1]
        kinds = ["alias", "release", "none", "keep", "hold", "again", "del", "list", "wrong", "return"]
        kind = self.pick([*kinds, "dict", "global", "closure", "star"])
        if kind == "return" and self.returns and not self.driver.parameter:
            return [f"return {self.pick([c, f'({c}, 1)', f'[{c}]'])}"]
        if kind == "alias":
            return [f"same = {c}"]
        if kind == "none":
            return [f"{c} = None"]
        if kind == "dict":
            return [f"box = {{'conn': {c}}}", *self.give_back("box['conn']")]
        if kind == "star":
            return [f"{c}, *rest = {c}, 1, 2"]
        if kind == "global":
            self.helper("keep_last", lambda: self.write_global())
            return [f"keep_last({c})"]
        if kind == "closure" and not self.driver.is_async:
            return [*under("def end():", [f"nonlocal {c}", self.release(c), f"{c} = None"]), "end()"]
        if kind == "again":
            return [f"{c} = {self.acquire()}"]
        if kind == "keep":
            self.helper("keep", lambda: ["KEPT = []", "", "", *under("def keep(c):", ["KEPT.append(c)"])])
            return [f"keep({c})"]
        if kind == "hold" and not self.in_helper:
            return [f"holder.conn = {c}"]
        if kind == "del":
            return [f"del {c}"]
        if kind == "list":
            return [f"both = [{c}, 1]"]
        if kind == "wrong" and self.driver.wrong:
            return [self.driver.wrong.format(c=c)]
        return self.give_back(c)

    def write_global(self) -> Lines:
        return ["LAST = None", "", "", *under("def keep_last(c):", ["global LAST", "LAST = c"])]

    # -- taking and giving back -------------------------------------------------------------------------------------

    def acquire(self) -> str:
        """An expression that takes a connection."""
        if not self.in_helper and self.one_in(4):
            return self.call(self.helper("open_it", self.write_opener))
        return self.driver.acquire

    def write_opener(self) -> Lines:
        taken = f"c = {self.driver.acquire}"
        use = self.driver.uses[0].format(c="c")
        release = self.release("c")
        bodies = [
            [f"return {self.driver.acquire}"],
            [taken, "return c"],
            [taken, *under("try:", [use]), *under("except Exception:", [release, "raise"]), "return c"],
            [taken, use, "return c"],
            [*under("try:", [taken]), *under(f"except {self.driver.error}:", ["return None"]), "return c"],
            [*under("if ready():", ["return None"]), taken, "return c"],
            [
                taken,
                *under("try:", [use]),
                *under(f"except {self.driver.error}:", [release, "return None"]),
                "return c",
            ],
        ]
        return self.define("open_it", "", self.pick(bodies))

    def give_back(self, c: str) -> Lines:
        """Statements that give `c` back, more or less."""
        plain = self.release(c)
        kind = self.pick(["plain", "plain", "guard", "helper", "commit", "sometimes"])
        if kind == "guard":
            return under(f"if {self.pick([c, f'{c} is not None'])}:", [plain])
        if kind == "helper":
            return [self.call(self.helper("give_back", self.write_closer), c)]
        if kind == "commit" and any("commit" in use for use in self.driver.uses):
            return [*under("try:", [f"{self.awaiting}{c}.commit()"]), *under("finally:", [plain])]
        if kind == "sometimes" and self.one_in(3):
            return under(f"if {self.test()}:", [plain])
        return [plain]

    def write_closer(self) -> Lines:
        plain = self.release("c")
        bodies = [
            [plain],
            under("if c is not None:", [plain]),
            [*under("if not c:", ["return"]), plain],
            [*under("try:", [plain]), *under("except Exception:", ["pass"])],
            [*under("try:", ["work()"]), *under("finally:", [plain])],
            under("if ready():", [plain]),
            ["work()", plain],
        ]
        return self.define("give_back", "c", self.pick(bodies))

    def lifecycle(self) -> Lines:
        """Take a connection, do something, and (mostly) give it back."""
        c = self.fresh()
        idioms: list[Callable[[str], Lines]] = [
            self.in_sequence,
            self.try_finally,
            self.none_guard,
            self.flag_guard,
            self.try_except_else,
            self.acquire_or_leave,
            self.exit_stack,
            self.context_manager,
            self.owner,
            self.tuple_helper,
            self.conditional,
            self.loop_over,
            self.discarded,
            self.two_at_once,
            self.chained_targets,
            self.list_of_them,
            self.opened_later,
            self.in_its_own_manager,
        ]
        if self.driver.withable:
            idioms += [self.with_connection]
        if self.driver.closable:
            idioms += [self.with_closing]
        if self.driver.entered:
            idioms += [self.with_entered]
        lines = self.pick(idioms)(c)
        if c in self.conns:
            self.conns.remove(c)
        return lines

    def body_with(self, c: str) -> Lines:
        self.conns.append(c)
        return self.block()

    def in_sequence(self, c: str) -> Lines:
        return [f"{c} = {self.acquire()}", *self.body_with(c), *self.give_back(c)]

    def try_finally(self, c: str) -> Lines:
        between = self.work() if self.one_in(8) else []
        return [
            f"{c} = {self.acquire()}",
            *between,
            *under("try:", self.body_with(c)),
            *self.except_clauses(),
            *under("finally:", self.give_back(c)),
        ]

    def except_clauses(self) -> Lines:
        return under(self.handler(), self.block()) if self.one_in(4) else []

    def none_guard(self, c: str) -> Lines:
        guard = self.pick([f"if {c} is not None:", f"if {c}:", f"if {c} and other:", f"if '{c}' in locals():"])
        body = [f"{c} = {self.acquire()}", *self.body_with(c)]
        lines = [*under("try:", body), *self.except_clauses(), *under("finally:", under(guard, [self.release(c)]))]
        return lines if "locals" in guard else [f"{c} = None", *lines]

    def flag_guard(self, c: str) -> Lines:
        body = [f"{c} = {self.acquire()}", "opened = True", *self.body_with(c)]
        release = under("if opened:", [self.release(c)])
        return ["opened = False", *under("try:", body), *self.except_clauses(), *under("finally:", release)]

    def try_except_else(self, c: str) -> Lines:
        taken = f"{c} = {self.acquire()}"
        body = self.body_with(c)
        handler = under(self.pick(["except Exception:", self.handler()]), [*self.give_back(c), "raise"])
        return [taken, *under("try:", body), *handler, *under("else:", self.give_back(c))]

    def acquire_or_leave(self, c: str) -> Lines:
        leave = self.jump()
        lines = [*under("try:", [f"{c} = {self.acquire()}"]), *under(f"except {self.driver.error}:", leave)]
        return [*lines, *under("try:", self.body_with(c)), *under("finally:", self.give_back(c))]

    def with_connection(self, c: str) -> Lines:
        lines = [f"{c} = {self.acquire()}", *under(f"with {c}:", self.body_with(c))]
        return [*lines, *self.give_back(c)] if self.draw(st.booleans()) else lines

    def with_closing(self, c: str) -> Lines:
        if self.draw(st.booleans()):
            return [f"{c} = {self.acquire()}", *under(f"with closing({c}):", self.body_with(c))]
        return under(f"with closing({self.acquire()}) as {c}:", self.body_with(c))

    def with_entered(self, c: str) -> Lines:
        keyword = "async with" if self.driver.is_async else "with"
        return under(f"{keyword} {self.driver.entered} as {c}:", self.body_with(c))

    def exit_stack(self, c: str) -> Lines:
        if self.driver.is_async:
            if not self.driver.entered:
                return self.try_finally(c)
            taken = [f"{c} = await stack.enter_async_context({self.driver.entered})"]
            return under("async with AsyncExitStack() as stack:", [*taken, *self.body_with(c)])
        forms = [[f"{c} = {self.acquire()}", f"stack.callback({c}.close)"]]
        if not self.driver.closable:
            forms = [[f"{c} = {self.acquire()}", f"stack.callback(pool.putconn, {c})"]]
        else:
            forms += [[f"{c} = stack.enter_context(closing({self.acquire()}))"]]
        return under("with ExitStack() as stack:", [*self.pick(forms), *self.body_with(c)])

    def context_manager(self, c: str) -> Lines:
        self.helper("managed", self.write_manager)
        keyword = "async with" if self.driver.is_async else "with"
        call = self.call("managed").removeprefix("await ")
        return under(f"{keyword} {call} as {c}:", self.body_with(c))

    def write_manager(self) -> Lines:
        release = self.release("c")
        bodies = [
            [*under("try:", ["yield c"]), *under("finally:", [release])],
            ["yield c", release],
            [
                *under("try:", ["yield c"]),
                *under("except Exception:", ["work()", "raise"]),
                *under("finally:", [release]),
            ],
            [*under("try:", ["yield c"]), *under(f"except {self.driver.error}:", ["work()"]), release],
            ["work()", *under("try:", ["yield c"]), *under("finally:", [release])],
        ]
        decorator = "@asynccontextmanager" if self.driver.is_async else "@contextmanager"
        return self.define("managed", "", [f"c = {self.driver.acquire}", *self.pick(bodies)], decorator)

    def owner(self, c: str) -> Lines:
        """A connection in a field of an object that is closed."""
        if self.driver.is_async:
            return self.try_finally(c)
        self.helper("Store", self.write_class)
        closing = [f"{c}.close()"]
        kind = self.pick(["finally", "with", "sequence"])
        inside = [f"{c}.run()", *self.block()]
        if kind == "with":
            return under(f"with Store() as {c}:", inside)
        if kind == "finally":
            return [f"{c} = Store()", *under("try:", inside), *under("finally:", closing)]
        return [f"{c} = Store()", *inside, *closing]

    def write_class(self) -> Lines:
        use = self.driver.uses[0].format(c="self.conn")
        close = self.release("self.conn")
        start = [f"self.conn = {self.driver.acquire}"]
        start += self.pick([[], [], ["self.count = 0"], ["work()"]])
        methods = [
            *under("def __init__(self):", start), "",
            *under("def run(self):", [use]), "",
            *under("def close(self):", self.pick([[close], under("if self.conn:", [close, "self.conn = None"])])), "",
            *under("def __enter__(self):", ["return self"]), "",
            *under("def __exit__(self, *exc):", ["self.close()"]),
        ]  # fmt: skip
        return under("class Store:", methods)

    def tuple_helper(self, c: str) -> Lines:
        cursor = ["c.cursor()"] if "cursor" in self.driver.uses[0] else []
        second = self.pick(["1", "fetch()", *cursor])
        body = [f"c = {self.driver.acquire}", f"return c, {second}"]
        self.helper("open_pair", lambda: self.define("open_pair", "", body))
        return [
            f"{c}, extra = {self.call('open_pair')}",
            *under("try:", self.body_with(c)),
            *under("finally:", self.give_back(c)),
        ]

    def conditional(self, c: str) -> Lines:
        """Taken only if nothing was given, and given back only then."""
        test = self.pick(["flag", "other"])
        taken = [f"{c} = None", *under(f"if {test}:", [f"{c} = {self.acquire()}"])]
        release = under(f"if {self.pick([c, test, f'{c} is not None'])}:", [self.release(c)])
        return [*taken, *under("try:", self.body_with(c)), *under("finally:", release)]

    def two_at_once(self, c: str) -> Lines:
        """Two in one assignment, given back in reverse order."""
        other = self.fresh()
        taken = [f"{c}, {other} = {self.acquire()}, {self.acquire()}"]
        if self.draw(st.booleans()):
            taken = [f"{c} = {self.acquire()}", f"{other} = {self.acquire()}"]
        ending = [*under("try:", self.give_back(other)), *under("finally:", self.give_back(c))]
        return [*taken, *under("try:", self.body_with(c)), *under("finally:", ending)]

    def chained_targets(self, c: str) -> Lines:
        """Two names for one, or a default that is taken only if needed."""
        expression = self.pick([f"same = {self.acquire()}", f"{self.acquire()} if flag else None", "{} or None"])
        taken = f"{c} = {expression.replace('{}', self.acquire())}"
        return [taken, *under("try:", self.body_with(c)), *under("finally:", under(f"if {c}:", [self.release(c)]))]

    def list_of_them(self, c: str) -> Lines:
        """Several in a list."""
        guard = self.pick(["", "", f"if {c}:", f"if {c} is not None:"])
        ending = under(f"for {c} in many:", under(guard, [self.release(c)]) if guard else [self.release(c)])
        if self.draw(st.booleans()):
            fill = under("for number in range(2):", [f"many.append({self.acquire()})"])
            return ["many = []", *under("try:", [*fill, *self.block()]), *under("finally:", ending)]
        taken = f"many = [{self.acquire()} for number in range(2)]"
        return [taken, *under("try:", self.block()), *under("finally:", ending)]

    def opened_later(self, c: str) -> Lines:
        """An object that is made empty, opens a connection when told to, and inherits its end."""
        if self.driver.parameter:
            return self.try_finally(c)
        self.helper("Lazy", self.write_lazy)
        wait = self.awaiting
        inside = [f"{wait}{c}.open()", *self.block()]
        return [f"{c} = Lazy()", *under("try:", inside), *under("finally:", [f"{wait}{c}.close()"])]

    def write_lazy(self) -> Lines:
        prefix = "async def" if self.driver.is_async else "def"
        guard = self.pick(["if self.conn is not None:", "if self.opened:"])
        close = under(guard, [self.release("self.conn"), "self.conn = None", "self.opened = False"])
        base = under("class Closes:", under(f"{prefix} close(self):", close))
        first = under("def __init__(self):", ["self.conn = None", "self.opened = False"])
        opening = [f"self.conn = {self.driver.acquire}", "self.opened = True"]
        methods = [*first, "", *under(f"{prefix} open(self):", opening)]
        return [*base, "", "", *under("class Lazy(Closes):", methods)]

    def in_its_own_manager(self, c: str) -> Lines:
        """A class whose `__enter__` takes the connection."""
        if self.driver.parameter:
            return self.context_manager(c)
        self.helper("Opened", self.write_manager_class)
        keyword = "async with" if self.driver.is_async else "with"
        return under(f"{keyword} Opened() as {c}:", self.body_with(c))

    def write_manager_class(self) -> Lines:
        enter, leave = ("__aenter__", "__aexit__") if self.driver.is_async else ("__enter__", "__exit__")
        prefix = "async def" if self.driver.is_async else "def"
        start = [f"self.conn = {self.driver.acquire}", *self.pick([[], [], ["work()"]]), "return self.conn"]
        end = [*self.pick([[], [], ["work()"]]), self.release("self.conn")]
        methods = [*under(f"{prefix} {enter}(self):", start), "", *under(f"{prefix} {leave}(self, *exc):", end)]
        return under("class Opened:", methods)

    def loop_over(self, c: str) -> Lines:
        """A generator that owns a connection."""
        if self.driver.is_async:
            return self.try_finally(c)
        self.helper("rows_of", self.write_generator)
        self.loops += 1
        inside = self.block()
        self.loops -= 1
        return under("for row in rows_of():", inside)

    def write_generator(self) -> Lines:
        release = self.release("c")
        give = self.pick([["yield 1"], ["for item in (1, 2):", "    yield item"], ["yield fetch(c)"]])
        bodies = [
            [*under("try:", give), *under("finally:", [release])],
            [*give, release],
            [*under("try:", give), *under("except Exception:", [release, "raise"]), *under("else:", [release])],
        ]
        if self.one_in(4):
            inner = under("def inner_rows(c):", give)
            return [*inner, "", "", *self.define("rows_of", "", self.delegating(release))]
        return self.define("rows_of", "", [f"c = {self.driver.acquire}", *self.pick(bodies)])

    def delegating(self, release: str) -> Lines:
        give = ["yield from inner_rows(c)"]
        bodies = [[*under("try:", give), *under("finally:", [release])], [*give, release]]
        return [f"c = {self.driver.acquire}", *self.pick(bodies)]

    def discarded(self, c: str) -> Lines:
        """Never bound to a name, or bound by an expression."""
        if self.driver.is_async:
            return self.in_sequence(c)
        taken = self.acquire()
        if self.draw(st.booleans()):
            return [self.pick([self.driver.uses[0].format(c=taken), f"work({taken})"])]
        body = self.body_with(c)
        return under(f"if ({c} := {taken}):", [*under("try:", body), *under("finally:", self.give_back(c))])

    # -- the whole --------------------------------------------------------------------------------------------------

    def program(self) -> str:
        shape = self.pick(["function", "function", "function", "function", "generator", "manager"])
        self.depth = 0
        if shape != "function":
            self.returns = False
        body = self.lifecycle() if self.draw(st.booleans()) else []
        body += self.block()
        decorator = ""
        if shape == "manager":
            decorator = "@asynccontextmanager" if self.driver.is_async else "@contextmanager"
            body = self.yielding(body)
        elif shape == "generator":
            body = [*body, "yield 2"]
        return self.module(body, decorator)

    def yielding(self, body: Lines) -> Lines:
        """A context manager's body: yields once, at a place of the driver's choosing."""
        release = self.release("conn")
        wrapped = [
            [*under("try:", ["yield conn"]), *under("finally:", [release])],
            ["yield conn", release],
            [*under("try:", ["yield conn"]), *under(self.handler(), ["work()"]), *under("finally:", [release])],
            [*under("try:", ["yield conn"]), *under("except Exception:", [release, "raise"]), release],
        ]
        return [*body, f"conn = {self.acquire()}", *self.pick(wrapped)]

    def module(self, body: Lines, decorator: str) -> str:
        text = "\n".join(body)
        parameters = [name for name in ("flag", "other", "items", "holder") if re.search(rf"\b{name}\b", text)]
        parts = [lines for lines in self.helpers.values() if lines]
        parts.append(self.define("job", ", ".join(parameters), body, decorator))
        code = "\n\n\n".join("\n".join(lines) for lines in parts)
        names = ("AsyncExitStack", "ExitStack", "asynccontextmanager", "closing", "contextmanager")
        lines = [*self.driver.imports]
        for module, offered in (("contextlib", names), ("support", SUPPORT)):
            used = [name for name in offered if re.search(rf"\b{name}\b", code)]
            lines += [f"from {module} import {', '.join(used)}"] if used else []
        head = "\n".join([*lines, *(["", self.driver.setup] if self.driver.setup else [])])
        return textwrap.dedent(f"{head}\n\n\n{code}\n")


@st.composite
def programs(draw: st.DrawFn) -> str:
    """Modules whose function `job` takes connections of one library."""
    return Writer(draw).program()
