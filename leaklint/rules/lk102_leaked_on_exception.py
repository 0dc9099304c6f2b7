"""LK102: given back when all goes well, lost when something in between raises."""

from __future__ import annotations

from leaklint.ownership.events import SiteReport
from leaklint.rules.base import Rule, Verdict
from leaklint.rules.reading import foremost, normal
from leaklint.rules.wording import departure, given_back, on_every_path, thing


def check(report: SiteReport) -> Verdict | None:
    """Only exceptional paths lose it."""
    if not report.released or not report.leaks or normal(report):
        return None
    leak = foremost(report.leaks)
    site = report.site
    return Verdict(f"{thing(site)} is not {given_back(site)} {departure(leak)}", leak.steps, on_every_path(report))


RULE = Rule(
    code="LK102",
    name="leaked-on-exception",
    summary="a resource that is given back when nothing fails, while an exception in between skips the release.",
    why="""\
Each failing statement, timeout or dropped server connection costs one connection. Such leaks pass every test and stay
small until the day something fails repeatedly: then the pool runs dry within minutes, and the error that is seen
(`connection pool exhausted`, `too many connections`) is not the one that caused it.""",
    bad="""\
from psycopg2.pool import SimpleConnectionPool

pool = SimpleConnectionPool(1, 10, "dbname=shop")


def rename(product, name):
    conn = pool.getconn()  # expect: LK102
    cur = conn.cursor()
    cur.execute("UPDATE products SET name = %s WHERE id = %s", (name, product))
    conn.commit()
    pool.putconn(conn)
""",
    good="""\
from psycopg2.pool import SimpleConnectionPool

pool = SimpleConnectionPool(1, 10, "dbname=shop")


def rename(product, name):
    conn = pool.getconn()
    try:
        cur = conn.cursor()
        cur.execute("UPDATE products SET name = %s WHERE id = %s", (name, product))
        conn.commit()
    finally:
        pool.putconn(conn)
""",
    check=check,
    weight=50,
    fixes=("try-finally", "with"),
    references=("https://www.psycopg.org/docs/pool.html",),
)
