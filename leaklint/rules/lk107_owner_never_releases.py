"""LK107: kept on an object whose class cannot let go of it."""

from __future__ import annotations

from leaklint.ownership.events import SiteReport
from leaklint.rules.base import Rule, Verdict
from leaklint.rules.reading import caused_by
from leaklint.rules.wording import given_back, thing


def check(report: SiteReport) -> Verdict | None:
    """An attribute holds it and no method of the class gives it back."""
    leak = caused_by(report, "owner")
    if leak is None:
        return None
    site = report.site
    kept = f"`self.{site.bound.rpartition('.')[2]}`" if site.bound else "an attribute"
    message = f"{thing(site)} is kept on an object whose class never gets it {given_back(site)}"
    release = f".{site.resource.release[0]}()" if site.resource.release else ""
    call = f"`{kept.strip('`')}{release}`" if site.bound and release else "its release"
    return Verdict(message, leak.steps, f"Give the class a `close()` (and `__enter__`/`__exit__`) that calls {call}.")


RULE = Rule(
    code="LK107",
    name="owner-never-releases",
    summary="a resource that is stored on an object whose class has no method that gives it back.",
    why="""\
Whoever makes such an object cannot clean up after it, however careful they are. One object for the life of a process
is bearable; one for each request, job or test is a leak that nobody outside the class can stop.""",
    bad="""\
import psycopg2


class UserRepository:
    def __init__(self, dsn):
        self.conn = psycopg2.connect(dsn)  # expect: LK107

    def find(self, user_id):
        with self.conn.cursor() as cur:
            cur.execute("SELECT name FROM users WHERE id = %s", (user_id,))
            return cur.fetchone()
""",
    good="""\
import psycopg2


class UserRepository:
    def __init__(self, dsn):
        self.conn = psycopg2.connect(dsn)

    def find(self, user_id):
        with self.conn.cursor() as cur:
            cur.execute("SELECT name FROM users WHERE id = %s", (user_id,))
            return cur.fetchone()

    def close(self):
        self.conn.close()
""",
    check=check,
    weight=80,
    fixes=("owner-close",),
)
