"""LK203: given back to another pool than it came from."""

from __future__ import annotations

from leaklint.ownership.events import SiteReport
from leaklint.rules.base import Rule, Verdict
from leaklint.rules.reading import wrong_release
from leaklint.rules.wording import release_call, thing


def check(report: SiteReport) -> Verdict | None:
    """Another pool got it, and its own never did."""
    wrong = wrong_release(report, "wrong-pool")
    if wrong is None:
        return None
    line, steps = wrong
    site = report.site
    message = f"{thing(site)} is handed to another pool on line {line} than the one it came from"
    return Verdict(message, steps, f"Give it back where it was taken: `{release_call(site)}`.")


RULE = Rule(
    code="LK203",
    name="wrong-pool",
    summary="a pooled connection that is given back to another pool than the one it was taken from.",
    why="""\
A pool refuses a connection that it does not know: psycopg2 raises `PoolError`, and in any case the slot of the pool it
came from stays taken until the process ends.""",
    bad="""\
from psycopg2.pool import SimpleConnectionPool

reports = SimpleConnectionPool(1, 3, "host=replica dbname=shop")
orders = SimpleConnectionPool(1, 10, "host=primary dbname=shop")


def revenue():
    conn = reports.getconn()  # expect: LK203
    try:
        cur = conn.cursor()
        cur.execute("SELECT sum(total) FROM orders")
        return cur.fetchone()
    finally:
        orders.putconn(conn)
""",
    good="""\
from psycopg2.pool import SimpleConnectionPool

reports = SimpleConnectionPool(1, 3, "host=replica dbname=shop")


def revenue():
    conn = reports.getconn()
    try:
        cur = conn.cursor()
        cur.execute("SELECT sum(total) FROM orders")
        return cur.fetchone()
    finally:
        reports.putconn(conn)
""",
    check=check,
    weight=110,
    fixes=("return-to-pool",),
)
