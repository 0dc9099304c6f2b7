"""LK103: one of the ways out forgets the release."""

from __future__ import annotations

from leaklint.ownership.events import SiteReport
from leaklint.rules.base import Rule, Verdict
from leaklint.rules.reading import OVERWRITING, foremost, normal
from leaklint.rules.wording import departure, given_back, on_every_path, thing


def check(report: SiteReport) -> Verdict | None:
    """Some path without an exception loses it while another releases it."""
    lost = normal(report)
    if not report.released or not lost:
        return None
    leak = foremost(tuple(one for one in lost if one.how not in OVERWRITING) or lost)
    site = report.site
    return Verdict(f"{thing(site)} is not {given_back(site)} {departure(leak)}", leak.steps, on_every_path(report))


RULE = Rule(
    code="LK103",
    name="leaked-on-path",
    summary="a resource that some return, branch, break or continue leaves behind while other paths give it back.",
    why="""\
No exception is needed: an ordinary answer such as "not found" or "nothing to do" takes the early way out, and each one
keeps a connection. How fast the pool runs dry depends on how often that answer is given.""",
    bad="""\
import sqlite3


def is_member(path, email):
    conn = sqlite3.connect(path)  # expect: LK103
    row = conn.execute("SELECT id FROM members WHERE email = ?", (email,)).fetchone()
    if row is None:
        return False
    conn.close()
    return True
""",
    good="""\
import sqlite3


def is_member(path, email):
    conn = sqlite3.connect(path)
    try:
        row = conn.execute("SELECT id FROM members WHERE email = ?", (email,)).fetchone()
        return row is not None
    finally:
        conn.close()
""",
    check=check,
    weight=55,
    fixes=("try-finally", "with"),
)
