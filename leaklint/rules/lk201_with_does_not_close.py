"""LK201: the `with` that looks like a close and ends the transaction only."""

from __future__ import annotations

from leaklint.ownership.events import SiteReport
from leaklint.rules.base import Rule, Verdict
from leaklint.rules.reading import caused_by
from leaklint.rules.wording import given_back, release_call, thing


def check(report: SiteReport) -> Verdict | None:
    """It was lost after such a `with`, and nothing else releases it anywhere."""
    leak = caused_by(report, "with")
    if leak is None or report.released:
        return None
    site = report.site
    ends = (
        "ends the transaction"
        if "transaction" in (site.resource.with_, site.resource.async_with)
        else "leaves it as it is"
    )
    message = f"{thing(site)} is not {given_back(site)} by `with`, which only {ends}"
    if site.resource.release_to:
        return Verdict(message, leak.steps, f"Call `{release_call(site)}` in a `finally:` around the `with`.")
    remedy = (
        f"Wrap the call in `contextlib.closing(...)`, or call `{release_call(site)}` in a `finally:` around the `with`."
    )
    return Verdict(message, leak.steps, remedy)


RULE = Rule(
    code="LK201",
    name="with-does-not-close",
    summary="a `with` over a connection whose exit ends the transaction and leaves the connection open.",
    why="""\
For `psycopg2`, `sqlite3` and `pyodbc`, and for a connection that `getconn()` of a psycopg 3 pool gave, `with conn:` is
a transaction: it commits or rolls back, and the connection stays open. Other drivers (psycopg 3, PyMySQL 1.0 and later,
SQLAlchemy) close there, which is why the mistake is so common.""",
    bad="""\
import psycopg2


def add_tag(dsn, tag):
    with psycopg2.connect(dsn) as conn:  # expect: LK201
        with conn.cursor() as cur:
            cur.execute("INSERT INTO tags VALUES (%s)", (tag,))
""",
    good="""\
from contextlib import closing

import psycopg2


def add_tag(dsn, tag):
    with closing(psycopg2.connect(dsn)) as conn:
        with conn, conn.cursor() as cur:
            cur.execute("INSERT INTO tags VALUES (%s)", (tag,))
""",
    check=check,
    weight=100,
    fixes=("with", "try-finally"),
    references=(
        "https://www.psycopg.org/docs/usage.html#with-statement",
        "https://docs.python.org/3/library/sqlite3.html#how-to-use-the-connection-context-manager",
    ),
)
