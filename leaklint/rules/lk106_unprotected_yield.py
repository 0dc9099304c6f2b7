"""LK106: a context manager or dependency whose release stands unprotected behind its yield."""

from __future__ import annotations

from leaklint.ownership.events import SiteReport
from leaklint.rules.base import Rule, Verdict
from leaklint.rules.reading import caused_by
from leaklint.rules.wording import given_back, release_call, thing


def check(report: SiteReport) -> Verdict | None:
    """It is released behind a yield, and an exception at that yield skips the release."""
    leak = caused_by(report, "yield")
    if leak is None or not report.released:
        return None
    site = report.site
    message = (
        f"{thing(site)} is not {given_back(site)} when the caller's code raises: "
        f"the exception arrives at the yield on line {leak.at.line}, and the release behind it is skipped"
    )
    return Verdict(message, leak.steps, f"Put the yield in a `try:` and call `{release_call(site)}` in its `finally:`.")


RULE = Rule(
    code="LK106",
    name="unprotected-yield",
    summary="a context manager, dependency or generator that releases behind a yield which no try/finally protects.",
    why="""\
`@contextmanager`, FastAPI and others throw the exception of the body in at the `yield`; a plain generator is closed
there when its consumer stops early. Without `try/finally` around the `yield` the code behind it never runs, so every
failing request keeps its connection. (pytest resumes its fixtures after a failing test; they need no `finally`.)""",
    bad="""\
from contextlib import contextmanager

import psycopg2


@contextmanager
def database(dsn):
    conn = psycopg2.connect(dsn)  # expect: LK106
    yield conn
    conn.close()
""",
    good="""\
from contextlib import contextmanager

import psycopg2


@contextmanager
def database(dsn):
    conn = psycopg2.connect(dsn)
    try:
        yield conn
    finally:
        conn.close()
""",
    check=check,
    weight=70,
    fixes=("protect-yield",),
    references=(
        "https://docs.python.org/3/library/contextlib.html#contextlib.contextmanager",
        "https://fastapi.tiangolo.com/tutorial/dependencies/dependencies-with-yield/",
    ),
)
