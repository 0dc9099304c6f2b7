"""LK105: taken inside an expression, so that nothing can ever close it."""

from __future__ import annotations

from leaklint.ownership.events import SiteReport
from leaklint.rules.base import Rule, Verdict
from leaklint.rules.reading import caused_by
from leaklint.rules.wording import given_back, on_every_path, owns_with, thing


def check(report: SiteReport) -> Verdict | None:
    """It was never bound to a name."""
    leak = caused_by(report, "discarded")
    if leak is None or report.site.bound:
        return None
    site = report.site
    message = f"{thing(site)} is bound to no name, so nothing can have it {given_back(site)}"
    if owns_with(site):
        how = "async with" if site.resource.async_with == "closes" else "with"
        return Verdict(message, leak.steps, f"Enter it with `{how}`, or bind it to a name and release it.")
    if site.resource.release_to:
        return Verdict(message, leak.steps, on_every_path(report))
    return Verdict(message, leak.steps, "Wrap it in `with closing(...)`, or bind it to a name and close it.")


RULE = Rule(
    code="LK105",
    name="discarded",
    summary="a connection that is taken inside a larger expression and bound to no name.",
    why="""\
In `connect().cursor()` or `pd.read_sql(query, connect())` the connection has no name: no code can close it. The cursor
keeps it open for as long as the cursor lives, and from a pool the slot is gone for good.""",
    bad="""\
import sqlite3

import pandas as pd


def load_orders(path):
    return pd.read_sql("SELECT * FROM orders", sqlite3.connect(path))  # expect: LK105
""",
    good="""\
import sqlite3
from contextlib import closing

import pandas as pd


def load_orders(path):
    with closing(sqlite3.connect(path)) as conn:
        return pd.read_sql("SELECT * FROM orders", conn)
""",
    check=check,
    weight=90,
    fixes=("with",),
)
