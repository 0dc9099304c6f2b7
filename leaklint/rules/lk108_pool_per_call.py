"""LK108: a pool or engine is built on each call."""

from __future__ import annotations

from leaklint.ownership.events import SiteReport
from leaklint.rules.base import Rule, Verdict
from leaklint.rules.reading import caused_by, foremost
from leaklint.rules.wording import given_back, release_call, thing

_POOLS = frozenset({"pool", "engine"})


def check(report: SiteReport) -> Verdict | None:
    """A function builds it, uses it and lets it go. A class that keeps one for ever is LK107's."""
    leak = caused_by(report, "per-call")
    site = report.site
    if leak is None:
        local = site.resource.kind in _POOLS and site.function not in ("", "<module>") and not site.owner
        if not local or report.released or not report.leaks:
            return None
        leak = foremost(report.leaks)
    message = f"{thing(site)} is built on each call of `{site.function}` and never {given_back(site)}"
    remedy = f"Build it once, at module level or in a cached function, or call `{release_call(site)}` in a `finally:`."
    return Verdict(message, leak.steps, remedy)


RULE = Rule(
    code="LK108",
    name="pool-per-call",
    summary="a pool or an engine that a function builds on each call and does not shut down.",
    why="""\
A pool is there to be shared. Built for each call it shares nothing, and what it opened stays open behind it: its idle
connections, and with some libraries its threads. Ten calls make ten pools.""",
    bad="""\
from sqlalchemy import create_engine, text


def table_names(url):
    engine = create_engine(url)  # expect: LK108
    with engine.connect() as conn:
        return [row[0] for row in conn.execute(text("SELECT tablename FROM pg_tables"))]
""",
    good="""\
from sqlalchemy import create_engine, text

engine = create_engine("postgresql:///shop")


def table_names():
    with engine.connect() as conn:
        return [row[0] for row in conn.execute(text("SELECT tablename FROM pg_tables"))]
""",
    check=check,
    weight=95,
    fixes=("try-finally",),
    references=("https://docs.sqlalchemy.org/en/20/core/connections.html#engine-disposal",),
)
