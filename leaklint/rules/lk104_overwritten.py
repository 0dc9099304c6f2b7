"""LK104: the name is bound again while it still holds one."""

from __future__ import annotations

from leaklint.ownership.events import SiteReport
from leaklint.rules.base import Rule, Verdict
from leaklint.rules.reading import OVERWRITING, foremost, normal
from leaklint.rules.wording import departure, release_call, thing


def check(report: SiteReport) -> Verdict | None:
    """Paths without an exception lose it in no other way than that the name is bound again. Where some also end while
    holding it, the last round of a loop among them, LK101 or LK103 says more."""
    lost = normal(report)
    replaced = tuple(leak for leak in lost if leak.how in OVERWRITING)
    if not replaced or len(replaced) < len(lost):
        return None
    leak = foremost(replaced)
    site = report.site
    message = f"{thing(site)} is lost {departure(leak)}, still open"
    return Verdict(message, leak.steps, f"Call `{release_call(site)}` before the next one takes its place.")


RULE = Rule(
    code="LK104",
    name="overwritten",
    summary="a name or attribute that is bound again, or a loop that takes another one, while the last is still held.",
    why="""\
The release that follows reaches only the last one. In a loop every round but the last leaks; in a `reconnect()` method
every reconnection does, which happens most when the server is already in trouble.""",
    bad="""\
import pymysql


def replica_lags(hosts, measure):
    lags = {}
    conn = None
    try:
        for host in hosts:
            conn = pymysql.connect(host=host)  # expect: LK104
            lags[host] = measure(conn)
    finally:
        if conn is not None:
            conn.close()
    return lags
""",
    good="""\
import pymysql


def replica_lags(hosts, measure):
    lags = {}
    for host in hosts:
        conn = pymysql.connect(host=host)
        try:
            lags[host] = measure(conn)
        finally:
            conn.close()
    return lags
""",
    check=check,
    weight=60,
    fixes=("try-finally",),
)
