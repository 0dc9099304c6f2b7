"""Rules that look at how a program connects: retries, poolers, limits, waiting."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from leaklint import api
from leaklint.catalog import load_catalog


def codes(source: str, code: str) -> list[int]:
    """The lines on which a rule speaks."""
    options = api.Options(select=[code])
    return [one.line for one in api.check_source(textwrap.dedent(source), "app.py", options=options)]


def retry(
    loop: str, handler: str, caught: str = "psycopg2.OperationalError", call: str = "psycopg2.connect(dsn)"
) -> str:
    lines = ["import itertools, random, time", "import psycopg2", "def connect(dsn, hosts, queue):", f"    {loop}"]
    lines += ["        try:", f"            return {call}", f"        except {caught}:", f"            {handler}"]
    return "\n".join(lines) + "\n"


RETRIES = {
    "at once, for ever": (retry("while True:", "continue"), True),
    "at once, a few times": (retry("for _ in range(5):", "pass"), True),
    "at once, counted": (retry("for n in itertools.count():", "print(n)"), True),
    "the same delay for ever": (retry("while True:", "time.sleep(1)"), True),
    "the same delay, a few times": (retry("for _ in range(5):", "time.sleep(1)"), False),
    "a growing delay": (retry("for n in itertools.count():", "time.sleep(min(60, 2 ** n) * random.random())"), False),
    "given up": (retry("while True:", "raise"), False),
    "the next host": (retry("for dsn in hosts:", "pass"), False),
    "the next piece of work": (retry("while True:", "queue.get()"), False),
    "another error": (retry("while True:", "continue", "psycopg2.IntegrityError"), False),
    "an unrelated error": (retry("while True:", "continue", "KeyError"), False),
    "no connecting": (retry("while True:", "continue", "Exception", "print(dsn)"), False),
}


@pytest.mark.parametrize(("source", "reported"), RETRIES.values(), ids=RETRIES.keys())
def test_retries(source: str, reported: bool) -> None:
    assert codes(source, "LK401") == ([6] if reported else [])


UNLIMITED = {
    "overflow": ("from sqlalchemy import create_engine\ne = create_engine('postgresql:///x', max_overflow=-1)\n", [2]),
    "no pool": (
        "from sqlalchemy import create_engine\nfrom sqlalchemy.pool import NullPool\n"
        "e = create_engine('postgresql:///x', poolclass=NullPool)\n",
        [],
    ),
    "limited": ("from sqlalchemy import create_engine\ne = create_engine('postgresql:///x', max_overflow=3)\n", []),
    "by default": ("from dbutils.pooled_db import PooledDB\nimport psycopg2\np = PooledDB(psycopg2)\n", [3]),
    "followed": ("import aiopg\nN = 0\nasync def f():\n    return await aiopg.create_pool('x', maxsize=N)\n", [4]),
}


@pytest.mark.parametrize(("source", "lines"), UNLIMITED.values(), ids=UNLIMITED.keys())
def test_pools_without_a_limit(source: str, lines: list[int]) -> None:
    assert codes(source, "LK302") == lines


STATE = """\
import asyncpg, psycopg2

async def start():
    return await asyncpg.create_pool("postgresql://app@bouncer:6432/shop")

async def direct():
    return await asyncpg.create_pool("postgresql://app@db:5432/shop")

def work(dsn):
    conn = psycopg2.connect(dsn)
    try:
        cursor = conn.cursor()
        cursor.execute("SET search_path TO shop")
        cursor.execute("SET LOCAL work_mem = '1MB'")
        cursor.execute("SELECT pg_advisory_lock(1)")
        cursor.execute("SELECT pg_advisory_xact_lock(1)")
        cursor.execute("LISTEN news")
        cursor.execute("CREATE TEMP TABLE t (x int)")
        cursor.execute("CREATE TEMP TABLE t (x int) ON COMMIT DROP")
        cursor.execute("UPDATE orders SET total = 1")
    finally:
        conn.close()
"""


@pytest.mark.parametrize(
    ("ini", "lines"),
    [
        ("pool_mode = transaction\nmax_prepared_statements = 0", [4, 13, 15, 17, 18]),
        ("pool_mode = transaction\nmax_prepared_statements = 100", [13, 15, 17, 18]),
        ("pool_mode = session", []),
    ],
)
def test_session_state_behind_the_project_s_own_pooler(tmp_path: Path, ini: str, lines: list[int]) -> None:
    (tmp_path / "leaklint.toml").write_text('select = ["LK303"]\n')
    (tmp_path / "pgbouncer.ini").write_text(f"[databases]\n* = host=db\n[pgbouncer]\n{ini}\n")
    (tmp_path / "app.py").write_text(STATE)
    assert [one.line for one in api.check_paths(tmp_path, discover_config=True)] == lines


def test_the_sum_is_reported_at_each_pool_of_a_project(tmp_path: Path) -> None:
    (tmp_path / "leaklint.toml").write_text("[capacity]\napp-servers = 4\nmax-connections = 200\n")
    for name in ("a", "b"):
        text = f"from psycopg_pool import ConnectionPool\n\n{name} = ConnectionPool('dbname=x', max_size=30)\n"
        (tmp_path / f"{name}.py").write_text(text)
    found = api.check_paths(tmp_path, discover_config=True)
    assert [(one.code, Path(one.path).name, one.line) for one in found] == [("LK301", "a.py", 3), ("LK301", "b.py", 3)]
    assert "4 x 1 x 30 = 120 connections beside 120 of other pools, of 197" in found[0].message
    alone = api.check_paths(tmp_path / "b.py", discover_config=True)
    assert [one.message for one in alone] == [found[1].message]


def test_what_is_configured_wrongly_is_an_error_of_the_check(tmp_path: Path) -> None:
    (tmp_path / "leaklint.toml").write_text("[capacity]\napp-servers = -4\n")
    (tmp_path / "a.py").write_text("from psycopg_pool import ConnectionPool\np = ConnectionPool('x')\n")
    with pytest.raises(api.LeaklintError, match=r"leaklint.toml:2:1: 'app-servers' must be at least 1"):
        api.check_paths(tmp_path, discover_config=True)


def test_a_timeout_in_the_dsn_counts() -> None:
    text = "import psycopg2\ndef f():\n    c = psycopg2.connect('dbname=x {more}')\n    c.close()\n"
    assert codes(text.format(more=""), "LK402") == [3]
    assert codes(text.format(more="connect_timeout=5"), "LK402") == []


def test_a_driver_that_gives_up_by_itself_needs_no_timeout() -> None:
    assert codes("import psycopg\ndef f():\n    c = psycopg.connect('dbname=x')\n    c.close()\n", "LK402") == []


def test_waiting_after_the_release_is_no_holding() -> None:
    text = (
        "import time, psycopg_pool\npool = psycopg_pool.ConnectionPool('x', max_size=4)\n"
        "def f():\n    with pool.connection() as conn:\n        conn.execute('select 1')\n{indent}time.sleep(5)\n"
    )
    assert codes(text.format(indent=" " * 8), "LK403") == [4]
    assert codes(text.format(indent=" " * 4), "LK403") == []


def test_the_calls_that_wait_are_calls_that_the_catalog_knows() -> None:
    from leaklint.capacity.servers import families, waiting_calls

    catalog = load_catalog()
    for call in waiting_calls():
        assert catalog.acquisition(call) is not None, call
        assert catalog.canonical(call) == call
    known = {library.name for library in catalog.libraries}
    assert {name for one in families().values() for name in one.libraries} <= known
