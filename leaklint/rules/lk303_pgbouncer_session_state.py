"""LK303: session state is used behind a pooler that changes the server session between transactions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from leaklint import ir
from leaklint.capacity.constants import Constants, Scope
from leaklint.capacity.poolers import Pooler, pooler_around, pooler_of_url
from leaklint.catalog.schema import Prepares
from leaklint.model import Confidence, Severity
from leaklint.rules.base import Rule
from leaklint.rules.inspection import Sighting, View, acquired, called

_EXECUTES = frozenset({"execute", "executemany", "executescript", "fetch", "fetchrow", "fetchval", "text"})
_STATE: tuple[tuple[re.Pattern[str], str, str], ...] = tuple(
    (re.compile(rf"^\s*{pattern}", re.IGNORECASE | re.DOTALL), what, instead)
    for pattern, what, instead in (
        (
            r"SET\s+(?:SESSION\s+)?(?!LOCAL\b|TRANSACTION\b|CONSTRAINTS\b|SESSION\b)\w",
            "a setting of the session",
            "use SET LOCAL inside the transaction that needs it",
        ),
        (r"LISTEN\s+\w", "LISTEN", "listen on a connection that goes to the server itself"),
        (
            r".*\bpg_(?:try_)?advisory_lock(?:_shared)?\s*\(",
            "an advisory lock of the session",
            "use pg_advisory_xact_lock, which ends with the transaction",
        ),
        (
            r"CREATE\s+(?:LOCAL\s+|GLOBAL\s+)?TEMP(?:ORARY)?\s+TABLE\b(?!.*\bON\s+COMMIT\s+DROP\b)",
            "a temporary table",
            "create it ON COMMIT DROP, in the transaction that uses it",
        ),
        (
            r"DECLARE\s.*\bWITH\s+HOLD\b",
            "a cursor WITH HOLD",
            "read it inside one transaction, without WITH HOLD",
        ),
        (r"PREPARE\s+(?!TRANSACTION\b)\w", "a prepared statement", "send the statement itself"),
    )
)


def inspect(view: View) -> Iterator[Sighting]:
    """Connections to a transaction pooler whose driver prepares statements, and statements that keep session state in
    a project whose pgbouncer.ini pools by transaction."""
    drivers = [lib for lib in view.analysis.catalog.libraries if lib.prepares is not None]
    names = ("sqlalchemy", *(name for lib in drivers for name in lib.modules))
    if not view.analysis.program.says(view.module, names):
        return
    constants = Constants(view.analysis)
    around = pooler_around(view.analysis, view.settings.root)
    prepares = {lib.name: lib.prepares for lib in drivers if lib.prepares is not None}
    reached = False
    for name in view.analysis.suspected(view.module):
        scope = constants.scope(view.module, name)
        for call in scope.body.calls if scope is not None else ():
            assert scope is not None
            pooler, seen = _connects(view, constants, scope, call, around, prepares)
            reached = reached or pooler is not None
            if seen is not None:
                yield seen
    pooler = around or (Pooler("the pooler that the URL names", None, None) if reached else None)
    if pooler is not None:
        yield from _statements(view, constants, pooler)


def _connects(
    view: View,
    constants: Constants,
    scope: Scope,
    call: ir.Call,
    around: Pooler | None,
    prepares: dict[str, Prepares],
) -> tuple[Pooler | None, Sighting | None]:
    """The pooler that a call connects to, and what is wrong with the driver's prepared statements there."""
    taken = acquired(view, scope.procedure, scope.body, call)
    if taken is None or taken.resource.kind not in ("connection", "pool"):
        return None, None
    library = taken.library
    operands = [operand for name, operand in call.keywords if name in ("dsn", "conninfo", "url", "")] + [*call.args[:1]]
    found = [constants.value(scope, operand) for operand in operands]
    url = next((str(one.value) for one in found if one is not None and "://" in str(one.value)), "")
    pooler = pooler_of_url(url, around) if url else around
    row = prepares.get(library)
    if pooler is None or row is None or not row.default or pooler.prepared == "kept":
        return pooler, None
    if all(_is_off(constants, scope, call, fact) for fact in row.off_by):
        return pooler, None
    sure = bool(url) or pooler.prepared == "lost"
    return pooler, Sighting(
        span=call.span,
        message=f"{library} prepares statements, which {pooler.name} cannot keep between transactions",
        help=f"Pass {' and '.join(row.off_by)}" + (f" ({row.note})" if row.note else "") + ".",
        severity=Severity.WARNING,
        confidence=Confidence.HIGH if sure else Confidence.MEDIUM,
        function="" if scope.procedure.kind == "module" else scope.procedure.name,
        library=library,
        resource="connection",
    )


def _is_off(constants: Constants, scope: Scope, call: ir.Call, fact: str) -> bool:
    """Whether the call gives the keyword `name=value` of the catalog; what is not known counts as given."""
    name, _, wanted = fact.partition("=")
    for key, operand in call.keywords:
        if key == name:
            found = constants.value(scope, operand)
            return found is None or str(found.value) == wanted
        if not key:
            entries = {entry: (where, value) for entry, where, value in constants.entries(scope, operand)}
            if not entries:
                return True
            if name in entries:
                found = constants.value(*entries[name])
                return found is None or str(found.value) == wanted
    return False


def _statements(view: View, constants: Constants, pooler: Pooler) -> Iterator[Sighting]:
    for name in view.module.procedures:
        scope = constants.scope(view.module, name)
        for call in scope.body.calls if scope is not None else ():
            assert scope is not None
            if called(scope.body, call) not in _EXECUTES or not call.args:
                continue
            found = constants.value(scope, call.args[0])
            text = found.value if found is not None else None
            for pattern, what, instead in _STATE if isinstance(text, str) else ():
                if pattern.match(str(text)):
                    yield Sighting(
                        span=call.span,
                        message=f"{what} is lost, or met by another client, behind {pooler.name}",
                        help=f"Behind transaction pooling, {instead}.",
                        confidence=Confidence.MEDIUM,
                        function="" if scope.procedure.kind == "module" else scope.procedure.name,
                        resource="session state",
                    )
                    break


RULE = Rule(
    code="LK303",
    name="pgbouncer-session-state",
    summary="session state behind a pooler that gives each transaction another server session.",
    why="""\
PgBouncer in transaction mode, and the poolers of hosted databases that work like it, give a client a server session for
one transaction. What outlives it stays behind for whoever gets that session next: a prepared statement ("already
exists", "does not exist"), SET without LOCAL, LISTEN, an advisory lock, a temporary table. Which pooling is in use is
read from the project's pgbouncer.ini, or known from the host in the URL.""",
    bad="""\
import asyncpg


async def make_pool():
    url = "postgresql://app@aws-0-eu-central-1.pooler.supabase.com:6543/postgres"
    return await asyncpg.create_pool(url, max_size=5)  # expect: LK303
""",
    good="""\
import asyncpg


async def make_pool():
    url = "postgresql://app@aws-0-eu-central-1.pooler.supabase.com:6543/postgres"
    return await asyncpg.create_pool(url, max_size=5, statement_cache_size=0)
""",
    inspect=inspect,
    references=("https://www.pgbouncer.org/features.html", "https://www.pgbouncer.org/config.html"),
)
