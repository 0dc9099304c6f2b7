"""LK401: a connection that failed is asked for again at once, over and over."""

from __future__ import annotations

from collections.abc import Iterator

from leaklint import ir
from leaklint.capacity.servers import families
from leaklint.model import Confidence, Severity
from leaklint.ownership.events import Step
from leaklint.resolve.definitions import Definitions
from leaklint.rules.base import Rule
from leaklint.rules.inspection import Sighting, View, acquired
from leaklint.rules.retrying import Retry, retry_of

_KINDS = frozenset({"connection", "pooled-connection", "pool", "client"})


def inspect(view: View) -> Iterator[Sighting]:
    """Calls that connect, in a loop that comes back to them through their exception handler."""
    names = view.analysis.resolver.names
    for name in view.analysis.suspected(view.module):
        procedure = view.module.procedures[name]
        body = names.definitions(view.module.module, name)
        if body is None or not any(isinstance(block.terminator, ir.Handle) for block in procedure.blocks):
            continue
        for call in body.calls:
            library = _connecting(view, procedure, body, call)
            found = retry_of(view, procedure, body, call, library) if library else None
            if found is not None and not _may_grow(body, found.delay):
                seen = _sighting(procedure, call, found, library)
                if seen is not None:
                    yield seen


def _connecting(view: View, procedure: ir.Procedure, body: Definitions, call: ir.Call) -> str:
    """The library whose server the call connects to; "" for another call."""
    found = acquired(view, procedure, body, call)
    if found is None or found.resource.kind not in _KINDS or found.resource.opens != "construct":
        return ""
    if found.resource.lazy or found.library in families()["file"].libraries:
        return ""
    return found.library


def _may_grow(body: Definitions, delay: ir.Call | None) -> bool:
    """Whether a delay is computed or a variable: something that may grow. A literal stays what it is."""
    return delay is not None and bool(delay.args) and not isinstance(body.single(delay.args[0]), ir.LoadConst)


def _sighting(procedure: ir.Procedure, call: ir.Call, found: Retry, library: str) -> Sighting | None:
    if found.delay is not None and (found.bounded or not found.delay.args):
        return None
    handler = procedure.blocks[found.at].instructions
    at = handler[0].span if handler else call.span
    if found.delay is None:
        message = "after a failure this is tried again at once" + (
            ", a few times" if found.bounded else ", without end"
        )
    else:
        message, at = "after a failure this is tried again for ever, always after the same delay", found.delay.span
    return Sighting(
        span=call.span,
        message=message,
        help="Wait longer after each failure (double the delay up to a cap, plus a random part), and stop some time.",
        severity=Severity.NOTE if found.delay is not None else Severity.WARNING,
        confidence=Confidence.HIGH if found.delay is None and not found.bounded else Confidence.MEDIUM,
        steps=(Step("", call.span, "connects"), Step("", at, "handles the failure, and goes round")),
        function="" if procedure.kind == "module" else procedure.name,
        library=library,
        resource="connection",
    )


RULE = Rule(
    code="LK401",
    name="retry-without-backoff",
    summary="a connection that is asked for again, in a loop, without growing delays.",
    why="""\
A server that refuses connections has too many of them. A loop that asks again at once, in every process, keeps it from
recovering: each attempt costs it a new backend and an authentication. Delays that double up to a cap, with a random
part so that processes do not come back in step, give it the time; a limit lets the failure be seen.""",
    bad="""\
import psycopg2


def connect(dsn):
    while True:
        try:
            return psycopg2.connect(dsn)  # expect: LK401
        except psycopg2.OperationalError:
            continue
""",
    good="""\
import random
import time

import psycopg2


def connect(dsn, attempts=8):
    for attempt in range(attempts):
        try:
            return psycopg2.connect(dsn)
        except psycopg2.OperationalError:
            time.sleep(min(30, 0.1 * 2**attempt) * random.uniform(0.5, 1.5))
    return psycopg2.connect(dsn)
""",
    inspect=inspect,
    fixes=("backoff",),
    references=("https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/",),
)
