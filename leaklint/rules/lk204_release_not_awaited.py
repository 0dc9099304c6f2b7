"""LK204: the release is a coroutine, and nobody awaits it."""

from __future__ import annotations

from leaklint.ownership.events import SiteReport
from leaklint.rules.base import Rule, Verdict
from leaklint.rules.reading import wrong_release
from leaklint.rules.wording import release_call, thing


def check(report: SiteReport) -> Verdict | None:
    """The release was called, not awaited, and no other release followed."""
    wrong = wrong_release(report, "not-awaited")
    if wrong is None:
        return None
    line, steps = wrong
    site = report.site
    message = f"{thing(site)} is not released by line {line}: the call only makes a coroutine, which is never awaited"
    call = release_call(site)
    return Verdict(message, steps, f"Await it: `{call if call.startswith('await ') else 'await ' + call}`.")


RULE = Rule(
    code="LK204",
    name="release-not-awaited",
    summary="an asynchronous release that is called and never awaited.",
    why="""\
`conn.close()` of an asyncpg connection, `pool.release(conn)`, `session.close()` of an `AsyncSession` are coroutines:
without `await` nothing in them runs. Python says so only when it collects the coroutine, in a warning that no test
fails on. (aiomysql, asyncmy and aiopg give a connection back without `await` too.)""",
    bad="""\
import asyncpg


async def user_count(dsn):
    conn = await asyncpg.connect(dsn)  # expect: LK204
    try:
        return await conn.fetchval("SELECT count(*) FROM users")
    finally:
        conn.close()
""",
    good="""\
import asyncpg


async def user_count(dsn):
    conn = await asyncpg.connect(dsn)
    try:
        return await conn.fetchval("SELECT count(*) FROM users")
    finally:
        await conn.close()
""",
    check=check,
    weight=110,
    fixes=("await",),
)
