"""LK402: connecting, or waiting for a pool, takes as long as it takes."""

from __future__ import annotations

from collections.abc import Iterator

from leaklint import ir
from leaklint.capacity.constants import UNKNOWN_PART, Constants, Scope
from leaklint.capacity.servers import timeout_of
from leaklint.model import Severity
from leaklint.rules.base import Rule
from leaklint.rules.inspection import Sighting, View, acquired, called


def inspect(view: View) -> Iterator[Sighting]:
    """Calls whose library waits without a limit, and that give none. What is not known counts as given."""
    constants = Constants(view.analysis)
    for name in view.analysis.suspected(view.module):
        scope = constants.scope(view.module, name)
        for call in scope.body.calls if scope is not None else ():
            assert scope is not None
            found = acquired(view, scope.procedure, scope.body, call)
            wanted = next((given for one in found.resource.acquire if (given := timeout_of(one))), ()) if found else ()
            if found is None or not wanted or _gives(constants, scope, call, wanted):
                continue
            yield Sighting(
                span=call.span,
                message=f"{called(scope.body, call)} of {found.library} waits without a limit here",
                help=f"Pass `{wanted[0]}`, in seconds.",
                severity=Severity.NOTE,
                function="" if scope.procedure.kind == "module" else scope.procedure.name,
                library=found.library,
                resource=found.resource.name,
            )


def _gives(constants: Constants, scope: Scope, call: ir.Call, wanted: tuple[str, ...]) -> bool:
    if call.starred or any(name == "" or name in wanted for name, _ in call.keywords):
        return True
    operands = [*call.args, *(operand for _, operand in call.keywords)]
    texts = [constants.value(scope, operand) for operand in operands[:3]]
    if any(found is None for found in texts[: len(call.args)]):
        return True
    written = " ".join(str(found.value) for found in texts if found is not None)
    return any(name in written for name in wanted) or UNKNOWN_PART in written


RULE = Rule(
    code="LK402",
    name="connect-without-timeout",
    summary="a connection that is waited for without a limit.",
    why="""\
A server that does not answer holds the caller for as long as the operating system keeps trying, which is minutes; a
pool that has nothing left may hold it for ever. Requests pile up behind it, each with what it holds already.""",
    bad="""\
import psycopg2


def is_up():
    conn = psycopg2.connect("dbname=shop host=db")  # expect: LK402
    conn.close()
""",
    good="""\
import psycopg2


def is_up():
    conn = psycopg2.connect("dbname=shop host=db", connect_timeout=5)
    conn.close()
""",
    inspect=inspect,
    default=False,
    references=("https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-CONNECT-TIMEOUT",),
)
