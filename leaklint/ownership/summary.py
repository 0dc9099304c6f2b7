"""Summaries: what a call of a project function does, as its caller sees it.

A summary is a set of outcomes, each one way in which the call may end, with what must have held at entry for it
(`assume`), what it did to the places it was given, what it hands over, and how it ended. Keeping the outcomes apart
keeps the correlation: "returns a connection, or None", "closes it, and raises".
"""

from __future__ import annotations

import msgspec

from leaklint.catalog.schema import Resource
from leaklint.model import Confidence
from leaklint.ownership.events import Step
from leaklint.ownership.values import UNKNOWN, Fault, Value


class Handed(msgspec.Struct, frozen=True):
    """A resource that a call hands to its caller. steps: from its real acquisition to the return."""

    resource: Resource
    library: str
    sure: Confidence
    steps: tuple[Step, ...]
    is_async: bool = False
    source: Value = UNKNOWN


class Operation(msgspec.Struct, frozen=True):
    """Something done to the place `path` of the caller: op is a method's name, "with" (a with-block ended on it),
    "to:putconn" (it was given to a method of that name), "await:close" (an awaited call), "task:close" (a call that
    made a coroutine), "keep" (it was stored where it lives on)."""

    path: str
    op: str


class Outcome(msgspec.Struct, frozen=True):
    """One way in which a call ends. stores: what the caller's places hold afterwards. fault: set when it raises."""

    value: Value = UNKNOWN
    fault: Fault | None = None
    assume: tuple[tuple[str, int], ...] = ()
    operations: tuple[Operation, ...] = ()
    stores: tuple[tuple[str, Value], ...] = ()
    handed: tuple[Handed, ...] = ()


class Summary(msgspec.Struct, frozen=True):
    """kind: plain, coroutine (its call makes a task), manager (under @contextmanager), generator, cached (its result
    is kept by a cache: lent, not given). suppresses: a manager that may end its body's exception. catches: it has
    except clauses, so that a release that fails in it may well stay in it. uses: the caller's places (`self.client`)
    that it works with, in some world: what opens nothing before its first use has been used then."""

    outcomes: tuple[Outcome, ...]
    kind: str = "plain"
    suppresses: bool = False
    complete: bool = True
    catches: bool = False
    uses: tuple[str, ...] = ()


OPAQUE = Summary((Outcome(), Outcome(fault=Fault())))
"""What is known of a function nobody could analyse: it returns something or raises something."""
BOTTOM = Summary(())
"""The first approximation of a function that is still being analysed: it never ends."""
