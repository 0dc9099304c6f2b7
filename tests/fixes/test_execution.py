"""Repaired programs are executed on every choice of inputs and faults: the leak is gone, all else is as before."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fixes.repairing import inputs, repaired
from tests.oracle.truth import TooManyRuns, replay, truth

PROGRAMS = {
    "straight": """\
import psycopg2
from support import work


def job():
    conn = psycopg2.connect("")
    cur = conn.cursor()
    cur.execute("SELECT 1")
    work(cur)
    conn.close()
    return "done"
""",
    "early returns": """\
import sqlite3
from support import fetch, ready


def job(flag):
    conn = sqlite3.connect("")
    row = fetch(conn)
    if row is None:
        conn.close()
        return "none"
    if ready():
        return "ready"
    if flag:
        raise ValueError("flag")
    conn.close()
    return "end"
""",
    "handlers": """\
import psycopg2
from support import work


def job():
    conn = psycopg2.connect("")
    try:
        conn.cursor().execute("SELECT 1")
        work()
    except psycopg2.Error:
        conn.close()
        return "database"
    else:
        work()
    conn.close()
    return "done"
""",
    "two connections": """\
import pymysql
from support import work


def job():
    one = pymysql.connect(host="a")
    two = pymysql.connect(host="b")
    work(one, two)
    one.close()
    two.close()
    return "copied"
""",
    "conditional": """\
import sqlite3
from support import work


def job(flag, other):
    if flag:
        conn = sqlite3.connect("")
    work()
    if flag:
        conn.execute("SELECT 1")
        if other:
            return "other"
        conn.close()
    return "end"
""",
    "loop": """\
import sqlite3
from support import fetch


def job(items):
    found = None
    for item in items:
        conn = sqlite3.connect("")
        row = fetch(conn)
        if row is None:
            continue
        found = "row"
        conn.close()
    return found
""",
    "opened inside the try": """\
import psycopg2
from support import work


def job():
    try:
        conn = psycopg2.connect("")
        work(conn)
        return "worked"
    except psycopg2.Error:
        return "database"
""",
    "with that does not close": """\
import psycopg2
from support import work


def job():
    with psycopg2.connect("") as conn:
        work(conn)
        return "kept"
""",
    "expression": """\
import sqlite3
from support import fetch


def job():
    return "some" if fetch(sqlite3.connect("")) else "none"
""",
    "generator": """\
import sqlite3


def rows_of():
    conn = sqlite3.connect("")
    for row in conn.execute("SELECT 1"):
        yield row
    conn.close()
""",
    "context manager": """\
from contextlib import contextmanager

import psycopg2


@contextmanager
def managed():
    conn = psycopg2.connect("")
    yield conn
    conn.commit()
    conn.close()
""",
    "async": """\
import asyncpg
from support import work


async def job():
    conn = await asyncpg.connect("")
    await conn.execute("SELECT 1")
    work()
    await conn.close()
    return "done"
""",
    "handed on": """\
import sqlite3
from support import work


def open_it():
    conn = sqlite3.connect("")
    work(conn)
    return conn


def job():
    conn = open_it()
    try:
        work(conn)
    finally:
        conn.close()
    return "done"
""",
    "pool": """\
from psycopg2.pool import SimpleConnectionPool
from support import work

pool = SimpleConnectionPool(1, 2, "")


def job():
    conn = pool.getconn()
    try:
        work(conn)
    finally:
        conn.close()
    return "done"
""",
    "parameter or own": """\
import sqlite3
from support import work


def use(conn=None):
    if conn is None:
        conn = sqlite3.connect("")
    work(conn)
    return "used"


def job(flag):
    if flag:
        return use()
    conn = sqlite3.connect("")
    try:
        use(conn)
        return use(conn)
    finally:
        conn.close()
""",
}


@pytest.mark.parametrize("style", ["try-finally", "with"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_the_leak_is_gone_and_nothing_else_changes(name: str, style: str) -> None:
    text = PROGRAMS[name]
    before = truth(text)
    assert before.leaking
    fixed = repaired(text, style).text
    after = truth(fixed)
    assert not after.leaking
    for run in before.runs:
        again = replay(fixed, run.choices) if not run.fault else None
        assert again is None or again.ending == run.ending


def runnable() -> list[Path]:
    """The golden inputs that can be executed when their functions take what the outside world passes."""
    return [path for path in inputs() if "# withheld" not in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("path", runnable(), ids=lambda path: path.stem)
def test_golden_texts_end_as_before_where_nothing_fails(path: Path) -> None:
    text, fixed = _as_program(path), _as_program(path.with_suffix(".fixed.py"))
    if text is None or fixed is None:
        pytest.skip("has no single plain function, or imports what the stand-ins lack")
    try:
        before = truth(text)
        after = truth(fixed)
    except (TooManyRuns, ImportError, SyntaxError, TypeError, AttributeError):
        pytest.skip("not within what the stand-ins can run")
    normal = [run for run in before.runs if not run.fault and "UnboundLocalError" not in run.ending]
    assert {run.ending for run in normal} <= {run.ending for run in after.runs if not run.fault}
    assert len(after.leaking) <= len(before.leaking)


def _as_program(path: Path) -> str | None:
    text = path.read_text(encoding="utf-8")
    functions = [line for line in text.splitlines() if line.startswith(("def ", "async def "))]
    if len(functions) != 1 or "class " in text or "yield" in text:
        return None
    name = functions[0].split("def ")[1].split("(")[0]
    return text.replace(f"def {name}(", "def job(")
