"""What a summary keeps of the ways in which a procedure ended."""

from __future__ import annotations

import msgspec

from leaklint import ir
from leaklint.ownership.conditions import SEPARATOR
from leaklint.ownership.faults import ANY
from leaklint.ownership.summary import Operation, Outcome, Summary
from leaklint.ownership.traits import ADDING, only_keeps
from leaklint.ownership.values import UNKNOWN, Ref

MOST_OUTCOMES = 10


def caches(decorator: str) -> bool:
    """Whether a decorator's name says that it keeps what the function returns: `cached_property`, `memoize`."""
    return decorator in (
        "lru_cache",
        "cache",
        "cached",
        "cache_resource",
        "memoize",
        "memoized",
    ) or decorator.startswith("cached_")


def kept_anyway(procedure: ir.Procedure, outcomes: tuple[Outcome, ...]) -> tuple[Outcome, ...]:
    """A helper that keeps what it is given on some path and does nothing with it on another: where it registers a
    clean-up "if there is a context", the other path is taken as the one that does not happen. Nor does it fail, where
    registering is all that it does with what it is given."""
    keeps = {op for outcome in outcomes if outcome.fault is None for op in outcome.operations if op.op == "keep"}
    if not keeps:
        return outcomes
    surely = {op for op in keeps if only_keeps(procedure, op.path, ADDING)}
    return tuple(
        msgspec.structs.replace(outcome, operations=(*outcome.operations, *sorted_keeps))
        if (sorted_keeps := _missing(outcome, keeps if outcome.fault is None else surely))
        else outcome
        for outcome in outcomes
    )


def _missing(outcome: Outcome, keeps: set[Operation]) -> tuple[Operation, ...]:
    """The places of `keeps` with which the outcome does nothing."""
    done = {operation.path for operation in outcome.operations}
    return tuple(sorted((keep for keep in keeps if keep.path not in done), key=lambda keep: keep.path))


def hands_over(summary: Summary) -> bool:
    return summary.kind != "manager" and any(outcome.handed for outcome in summary.outcomes)


def catches(procedure: ir.Procedure) -> bool:
    """Whether a procedure has an except clause: it may swallow what its body, or a generator's user, raised."""
    return any(isinstance(block.terminator, ir.Handle) for block in procedure.blocks)


def lent(outcomes: tuple[Outcome, ...]) -> tuple[Outcome, ...]:
    return tuple(msgspec.structs.replace(o, value=UNKNOWN, handed=()) for o in outcomes)


def fewer(outcomes: tuple[Outcome, ...]) -> tuple[Outcome, ...]:
    """At most MOST_OUTCOMES outcomes: those that differ in what they assume only become one that assumes no more than
    what stands in places that the function fills or works on (a getter that looks before it connects) or that are the
    module's own, where one tells what is handed over (a pool that may not be there), or nothing."""
    if len(outcomes) <= MOST_OUTCOMES:
        return outcomes
    places = {path for outcome in outcomes for path, _ in outcome.stores}
    places |= {operation.path for outcome in outcomes for operation in outcome.operations}
    places |= {path for outcome in outcomes if outcome.handed for path, _ in outcome.assume if path[0] == "$"}
    fewer = assuming(outcomes, frozenset(places))
    for forget, most in ((_forgetful, MOST_OUTCOMES), (_failing, MOST_OUTCOMES), (_silent, 4 * MOST_OUTCOMES)):
        if len(fewer) > most:
            outcomes = tuple(map(forget, outcomes))
            fewer = assuming(outcomes, frozenset(places))
    return fewer if len(fewer) <= 4 * MOST_OUTCOMES else assuming(outcomes, frozenset())[: 4 * MOST_OUTCOMES]


def _forgetful(outcome: Outcome) -> Outcome:
    """The outcome without which of its caller's own values it puts where."""
    stores = tuple((place, UNKNOWN if isinstance(value, Ref) else value) for place, value in outcome.stores)
    return msgspec.structs.replace(outcome, stores=stores)


def _failing(outcome: Outcome) -> Outcome:
    """The outcome without what it is that is raised, if something is."""
    return outcome if outcome.fault is None else msgspec.structs.replace(outcome, fault=ANY, value=UNKNOWN)


def _silent(outcome: Outcome) -> Outcome:
    """The outcome without what is returned, where that is nothing that it hands over."""
    return outcome if outcome.handed else msgspec.structs.replace(outcome, value=UNKNOWN)


def assuming(outcomes: tuple[Outcome, ...], places: frozenset[str]) -> tuple[Outcome, ...]:
    """The outcomes without what they assume of other places than these, each once."""
    merged: dict[object, Outcome] = {}
    for outcome in outcomes:
        assume = tuple(pair for pair in outcome.assume if pair[0].partition(SEPARATOR)[0] in places)
        bare = msgspec.structs.replace(outcome, assume=assume)
        handed = tuple((one.library, one.resource.name) for one in bare.handed)
        merged.setdefault((bare.value, bare.fault, assume, bare.operations, bare.stores, handed), bare)
    return tuple(merged.values())
