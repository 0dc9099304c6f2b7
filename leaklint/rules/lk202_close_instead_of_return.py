"""LK202: a pooled connection is closed, its slot stays taken."""

from __future__ import annotations

from leaklint.ownership.events import SiteReport
from leaklint.rules.base import Rule, Verdict
from leaklint.rules.reading import wrong_release
from leaklint.rules.wording import release_call, thing


def check(report: SiteReport) -> Verdict | None:
    """It was closed, and did not go back to its pool afterwards."""
    wrong = wrong_release(report, "close-instead-of-return")
    if wrong is None:
        return None
    line, steps = wrong
    site = report.site
    message = f"{thing(site)} is closed on line {line} instead of given back: the pool's slot stays taken"
    return Verdict(message, steps, f"Call `{release_call(site)}` instead.")


RULE = Rule(
    code="LK202",
    name="close-instead-of-return",
    summary="a pooled connection that is closed where it should be given back to its pool.",
    why="""\
The pool counts what it handed out. `close()` ends the connection to the server, but the pool still counts it as in use:
after as many calls as the pool has slots, `getconn()` raises or waits for ever. Which call gives the slot back differs
by library: `putconn(conn)` for psycopg2 and psycopg_pool, `close()` itself for asyncpg and mysql.connector.""",
    bad="""\
from psycopg2.pool import ThreadedConnectionPool

pool = ThreadedConnectionPool(1, 5, "dbname=shop")


def stock(product):
    conn = pool.getconn()  # expect: LK202
    try:
        cur = conn.cursor()
        cur.execute("SELECT stock FROM products WHERE id = %s", (product,))
        return cur.fetchone()
    finally:
        conn.close()
""",
    good="""\
from psycopg2.pool import ThreadedConnectionPool

pool = ThreadedConnectionPool(1, 5, "dbname=shop")


def stock(product):
    conn = pool.getconn()
    try:
        cur = conn.cursor()
        cur.execute("SELECT stock FROM products WHERE id = %s", (product,))
        return cur.fetchone()
    finally:
        pool.putconn(conn)
""",
    check=check,
    weight=110,
    fixes=("return-to-pool",),
    references=("https://www.psycopg.org/docs/pool.html#psycopg2.pool.AbstractConnectionPool.putconn",),
)
