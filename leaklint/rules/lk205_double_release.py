"""LK205: given back twice, where the library minds."""

from __future__ import annotations

from leaklint.ownership.events import SiteReport
from leaklint.rules.base import Rule, Verdict
from leaklint.rules.reading import misuse
from leaklint.rules.wording import given_back, thing


def check(report: SiteReport) -> Verdict | None:
    """One path releases it twice, and the catalog says that the second release raises or does harm."""
    wrong = misuse(report, "double-release")
    if wrong is None:
        return None
    site = report.site
    harm = "which the library's pool takes badly" if site.resource.double_release == "harms" else "which raises"
    message = f"{thing(site)} is {given_back(site)} a second time on line {wrong.at.line}, {harm}"
    return Verdict(message, wrong.steps, "Release it in one place, the `finally:`, and nowhere else.")


RULE = Rule(
    code="LK205",
    name="double-release",
    summary="a resource that one path gives back twice, where the library objects.",
    why="""\
PyMySQL, mysqlclient, pyodbc and others raise on the second `close()`, so the clean-up hides the error that led to it;
`putconn()` raises on a connection it no longer knows; mysql.connector's pool even gains a connection, and old versions
of redis hand one connection to two callers. Where a second release does nothing (psycopg2, sqlite3) nothing is
said.""",
    bad="""\
from psycopg2.pool import SimpleConnectionPool

pool = SimpleConnectionPool(1, 5, "dbname=shop")


def archive(order):
    conn = pool.getconn()  # expect: LK205
    try:
        conn.cursor().execute("UPDATE orders SET archived = true WHERE id = %s", (order,))
        conn.commit()
        pool.putconn(conn)
    finally:
        pool.putconn(conn)
""",
    good="""\
from psycopg2.pool import SimpleConnectionPool

pool = SimpleConnectionPool(1, 5, "dbname=shop")


def archive(order):
    conn = pool.getconn()
    try:
        conn.cursor().execute("UPDATE orders SET archived = true WHERE id = %s", (order,))
        conn.commit()
    finally:
        pool.putconn(conn)
""",
    check=check,
)
