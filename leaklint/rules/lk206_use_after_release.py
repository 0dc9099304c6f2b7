"""LK206: used after it was given back."""

from __future__ import annotations

from leaklint.ownership.events import SiteReport
from leaklint.rules.base import Rule, Verdict
from leaklint.rules.reading import misuse
from leaklint.rules.wording import given_back, thing


def check(report: SiteReport) -> Verdict | None:
    """It, or a cursor or result of it, is used behind its release."""
    wrong = misuse(report, "use-after-release")
    if wrong is None:
        return None
    site = report.site
    message = f"{thing(site)} is used on line {wrong.at.line} after it was {given_back(site)}"
    return Verdict(message, wrong.steps, "Move the use before the release, or fetch what is needed first.")


RULE = Rule(
    code="LK206",
    name="use-after-release",
    summary="a resource, or a cursor of it, that is used after it was given back.",
    why="""\
A closed connection raises. A pooled one is worse: by then the pool may have given it to another thread, and two
transactions mix on one connection. A cursor or a lazy result reads through its connection, so it counts as a use.""",
    bad="""\
import sqlite3


def all_notes(path):
    conn = sqlite3.connect(path)  # expect: LK206
    try:
        cur = conn.execute("SELECT body FROM notes")
    finally:
        conn.close()
    return cur.fetchall()
""",
    good="""\
import sqlite3


def all_notes(path):
    conn = sqlite3.connect(path)
    try:
        return conn.execute("SELECT body FROM notes").fetchall()
    finally:
        conn.close()
""",
    check=check,
)
