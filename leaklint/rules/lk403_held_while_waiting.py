"""LK403: a pooled connection is held while something else is waited for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from leaklint import ir
from leaklint.capacity.servers import waits_elsewhere
from leaklint.catalog.schema import Resource
from leaklint.model import Confidence, Severity, Span
from leaklint.ownership.events import Step
from leaklint.resolve.definitions import Definitions
from leaklint.resolve.refs import External, Function
from leaklint.rules.base import Rule
from leaklint.rules.inspection import Sighting, View, acquired
from leaklint.rules.retrying import successors

_HELD = frozenset({"pooled-connection", "session"})


class Holding(NamedTuple):
    """An acquisition, and where it ends: at these releases, or at the end of the `with` on it."""

    span: Span
    resource: Resource
    library: str
    sure: Confidence
    bound: str = ""
    releases: tuple[Span, ...] = ()


def inspect(view: View) -> Iterator[Sighting]:
    """The pooled connections of this module that are held across a call that waits elsewhere."""
    for name in view.analysis.suspected(view.module):
        procedure = view.module.procedures[name]
        body = view.analysis.resolver.names.definitions(view.module.module, name)
        if body is None:
            continue
        for holding in _holdings(view, procedure, body):
            waiting = _waiting(view, procedure, body, holding)
            if waiting is not None:
                yield _sighting(procedure, holding, *waiting)


def _holdings(view: View, procedure: ir.Procedure, body: Definitions) -> list[Holding]:
    """What the analysis saw being taken, and what a `with` takes and gives back by itself."""
    found: dict[Span, Holding] = {}
    result = view.analysis.results.get(Function(view.module.module, procedure.name))
    for report in result.reports if result is not None else ():
        site = report.site
        if site.resource.kind in _HELD and site.path == view.module.path:
            found[site.span] = Holding(site.span, site.resource, site.library, site.sure, site.bound, report.releases)
    for block in procedure.blocks:
        for step in block.instructions:
            made = _made(body, step.ctx) if isinstance(step, ir.Enter) else None
            taken = acquired(view, procedure, body, made) if made is not None else None
            if made is not None and taken is not None and taken.resource.kind in _HELD:
                found.setdefault(made.span, Holding(made.span, taken.resource, taken.library, Confidence.HIGH))
    return [found[span] for span in sorted(found, key=lambda one: (one.line, one.column))]


def _made(body: Definitions, operand: str) -> ir.Call | None:
    step = body.single(operand)
    if isinstance(step, ir.Await):
        step = body.single(step.src)
    return step if isinstance(step, ir.Call) else None


def _waiting(view: View, procedure: ir.Procedure, body: Definitions, holding: Holding) -> tuple[ir.Call, str] | None:
    """The first call that waits, on a way from the acquisition that has not come to a release."""
    start = _start(procedure, holding.span)
    if start is None:
        return None
    seen: set[int] = set()
    queue = [start]
    while queue:
        at, index = queue.pop(0)
        block = procedure.blocks[at]
        for step in block.instructions[index:]:
            if step.span in holding.releases or _leaves(body, step, holding.span):
                break
            if isinstance(step, ir.Call):
                name = _waits(view, procedure, step)
                if name:
                    return step, name
        else:
            following = [one for one in successors(block.terminator) if one not in seen]
            seen.update(following)
            queue += [(one, 0) for one in following]
    return None


def _start(procedure: ir.Procedure, span: Span) -> tuple[int, int] | None:
    for at, block in enumerate(procedure.blocks):
        for index, step in enumerate(block.instructions):
            if isinstance(step, ir.Call) and step.span == span:
                return at, index + 1
    return None


def _leaves(body: Definitions, step: ir.AnyInstruction, span: Span) -> bool:
    """Whether the `with` on the acquisition itself ends here."""
    made = _made(body, step.ctx) if isinstance(step, ir.Exit) else None
    return made is not None and made.span == span


def _waits(view: View, procedure: ir.Procedure, call: ir.Call) -> str:
    for ref in view.analysis.resolver.refs(view.module, procedure, call.func):
        if isinstance(ref, External) and waits_elsewhere(ref.name):
            return ref.name.removeprefix("builtins.")
    return ""


def _sighting(procedure: ir.Procedure, holding: Holding, call: ir.Call, name: str) -> Sighting:
    what = f"{holding.library} {holding.resource.name}"
    held = f"`{holding.bound}` ({what})" if holding.bound else f"this {what}"
    return Sighting(
        span=holding.span,
        message=f"{held} is held while line {call.span.line} waits in {name}",
        help="Give it back before waiting, and take another one afterwards.",
        severity=Severity.NOTE,
        confidence=holding.sure,
        steps=(Step("", holding.span, "taken here"), Step("", call.span, f"waits in {name}, holding it")),
        function="" if procedure.kind == "module" else procedure.name,
        library=holding.library,
        resource=holding.resource.name,
    )


RULE = Rule(
    code="LK403",
    name="held-while-waiting",
    summary="a pooled connection that is held while something else is waited for.",
    why="""\
A pool of ten serves ten requests at a time, however short their queries are, if each holds its connection through a
call to another service. The slow service becomes an exhausted pool, and then everybody's outage.""",
    bad="""\
import requests
from psycopg2.pool import ThreadedConnectionPool

pool = ThreadedConnectionPool(1, 10, "dbname=shop")


def charge(order):
    conn = pool.getconn()  # expect: LK403
    try:
        cursor = conn.cursor()
        cursor.execute("SELECT total FROM orders WHERE id = %s", (order,))
        requests.post("https://pay.example.com/charge", json={"total": cursor.fetchone()[0]}, timeout=10)
    finally:
        pool.putconn(conn)
""",
    good="""\
import requests
from psycopg2.pool import ThreadedConnectionPool

pool = ThreadedConnectionPool(1, 10, "dbname=shop")


def charge(order):
    conn = pool.getconn()
    try:
        cursor = conn.cursor()
        cursor.execute("SELECT total FROM orders WHERE id = %s", (order,))
        total = cursor.fetchone()[0]
    finally:
        pool.putconn(conn)
    requests.post("https://pay.example.com/charge", json={"total": total}, timeout=10)
""",
    inspect=inspect,
    default=False,
    references=("https://github.com/brettwooldridge/HikariCP/wiki/About-Pool-Sizing",),
)
