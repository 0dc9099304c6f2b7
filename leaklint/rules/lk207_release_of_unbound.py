"""LK207: the clean-up of an acquisition that failed."""

from __future__ import annotations

from leaklint.ownership.events import SiteReport
from leaklint.rules.base import Rule, Verdict
from leaklint.rules.reading import misuse
from leaklint.rules.wording import thing


def check(report: SiteReport) -> Verdict | None:
    """The release runs although taking it failed, on a name that is unbound or None."""
    wrong = misuse(report, "release-of-unbound")
    if wrong is None:
        return None
    site = report.site
    name = site.bound or "the name"
    message = f"{thing(site)}: if taking it fails, line {wrong.at.line} uses `{name}` all the same and hides the cause"
    return Verdict(message, wrong.steps, f"Move line {site.span.line} in front of its `try:`.")


RULE = Rule(
    code="LK207",
    name="release-of-unbound",
    summary="an acquisition inside the `try:` whose `finally:` releases it, without a test that it succeeded.",
    why="""\
When connecting fails, the name was never bound. The `finally:` then raises `UnboundLocalError` (or `AttributeError`,
where the name is None), and that is what the caller, the log and every `except OperationalError` see instead of
"connection refused".""",
    bad="""\
import pymysql


def customers(host):
    try:
        conn = pymysql.connect(host=host)  # expect: LK207
        with conn.cursor() as cur:
            cur.execute("SELECT name FROM customers")
            return cur.fetchall()
    finally:
        conn.close()
""",
    good="""\
import pymysql


def customers(host):
    conn = pymysql.connect(host=host)
    try:
        with conn.cursor() as cur:
            cur.execute("SELECT name FROM customers")
            return cur.fetchall()
    finally:
        conn.close()
""",
    check=check,
    alone=True,
    fixes=("hoist-acquisition",),
)
