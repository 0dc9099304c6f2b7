"""LK101: taken, and given back on no path."""

from __future__ import annotations

from leaklint.ownership.events import SiteReport
from leaklint.rules.base import Rule, Verdict
from leaklint.rules.reading import OVERWRITING, foremost
from leaklint.rules.wording import departure, given_back, on_every_path, thing


def check(report: SiteReport) -> Verdict | None:
    """No path releases it or hands it on; a name that is merely bound again while it holds one is LK104's."""
    if report.released or not report.leaks:
        return None
    own = tuple(leak for leak in report.leaks if leak.how not in OVERWRITING) or report.leaks
    leak = foremost(own)
    site = report.site
    message = f"{thing(site)} is never {given_back(site)}: it is lost {departure(leak)}"
    return Verdict(message, leak.steps, on_every_path(report))


RULE = Rule(
    code="LK101",
    name="never-released",
    summary="a connection, session, pool or client that is taken and given back on no path through the code.",
    why="""\
Nothing in the code ever gives it back, so every run of these lines takes one more: the server's limit of connections,
or the pool's, is reached after that many runs. Garbage collection is no release: a pool keeps its own reference to what
it handed out, and a connection that is part of a reference cycle (each `sqlite3` connection since Python 3.11, each
SQLAlchemy 2 connection) stays open until the cyclic collector happens to run.""",
    bad="""\
import psycopg2


def overdue_invoices(dsn):
    conn = psycopg2.connect(dsn)  # expect: LK101
    with conn.cursor() as cur:
        cur.execute("SELECT id FROM invoices WHERE due < now()")
        return cur.fetchall()
""",
    good="""\
import psycopg2


def overdue_invoices(dsn):
    conn = psycopg2.connect(dsn)
    try:
        with conn.cursor() as cur:
            cur.execute("SELECT id FROM invoices WHERE due < now()")
            return cur.fetchall()
    finally:
        conn.close()
""",
    check=check,
    weight=50,
    fixes=("try-finally", "with"),
    references=("https://www.psycopg.org/docs/connection.html#connection.close",),
)
