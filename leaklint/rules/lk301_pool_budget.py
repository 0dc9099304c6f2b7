"""LK301: the pools of all processes together may open more connections than the database admits."""

from __future__ import annotations

from collections.abc import Iterator

from leaklint.capacity.around import budget_around
from leaklint.capacity.model import Budget, Share
from leaklint.capacity.servers import families
from leaklint.model import Confidence, Severity, Span
from leaklint.rules.base import Rule
from leaklint.rules.inspection import Sighting, View


def inspect(view: View) -> Iterator[Sighting]:
    """The pools of this module, where the project's sum is over the limit. Without any figure of the deployment only a
    pool counts that alone is more than its server admits as installed."""
    budget = budget_around(view.analysis, view.module, view.settings)
    if budget is None:
        return
    deployed = budget.deployment
    told = any(one.how != "assumed" for one in (deployed.servers, deployed.processes, deployed.limit))
    ceiling = deployed.ceiling
    for share in budget.shares:
        if share.pool.place.path != view.module.path or not share.total:
            continue
        if not (told or share.pool.server) or not (budget.total > ceiling if told else share.total > ceiling):
            continue
        yield _sighting(budget, share, ceiling, sure=deployed.limit.how != "assumed")


def _sighting(budget: Budget, share: Share, ceiling: int, *, sure: bool) -> Sighting:
    pool, deployed = share.pool, budget.deployment
    product = f"{deployed.servers.value} x {deployed.processes.value} x {pool.maximum} = {share.total}"
    rest = budget.total - (share.total or 0)
    others = f" beside {rest} of other pools" if rest else ""
    limit = (
        "max_client_conn of PgBouncer"
        if deployed.bouncer
        else f"{families()[budget.server].limit_name} less its reserve"
    )
    assumed = "" if sure else ", as installed"
    return Sighting(
        span=Span(pool.place.line, pool.place.column, pool.end_line, pool.end_column),
        message=f"servers x processes x pool: {product} connections{others}, of {ceiling} ({limit}{assumed})",
        help=f"{_sentence(budget.advice[0])} `leaklint capacity` shows the sum, and what was assumed.",
        severity=Severity.WARNING,
        confidence=Confidence.HIGH if sure else Confidence.MEDIUM,
        function=pool.function,
        library=pool.library,
        resource="pool",
    )


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


RULE = Rule(
    code="LK301",
    name="pool-budget",
    summary="pools that may together open more connections than the database admits.",
    why="""\
A pool's size holds for one process. Four servers with two workers each and a pool of 50 open 400 connections, and a
PostgreSQL with max_connections = 200 refuses half of them: `FATAL: sorry, too many clients already`. How many servers
and processes there are is taken from `[tool.leaklint.capacity]` (app-servers, processes, max-connections, reserved) or
from the files of the deployment; where nothing says, only a pool that alone is too large is reported.""",
    bad="""\
import psycopg2.pool

pool = psycopg2.pool.ThreadedConnectionPool(1, 150, "dbname=shop")  # expect: LK301
""",
    good="""\
import psycopg2.pool

pool = psycopg2.pool.ThreadedConnectionPool(1, 40, "dbname=shop")
""",
    inspect=inspect,
    references=("https://www.postgresql.org/docs/current/runtime-config-connection.html",),
)
