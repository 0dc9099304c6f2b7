"""What only shows when the methods of a class are seen together: fields that one method fills and another overwrites,
and exits that can fail before they release."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from leaklint.model import Span
from leaklint.ownership.departure import Exit
from leaklint.ownership.events import Leak, SiteReport, Step
from leaklint.ownership.summary import Outcome
from leaklint.ownership.values import TRUTHY, New

FILLING = frozenset({"__init__", "__new__", "__post_init__", "__setstate__"})
"""Methods that find their object empty: pickle calls `__setstate__` on one that no `__init__` has seen."""


class Gap(msgspec.Struct, frozen=True):
    """An exit method releases `place`, but not when the statement `at` raises."""

    place: str
    at: Span
    path: str


class Kept(msgspec.Struct, frozen=True):
    """The site at `span` leaves its resource in `place` (`self.conn`). lent: the method it called keeps it there."""

    span: Span
    place: str
    lent: bool


def gaps(exits: list[Exit], path: str, release: frozenset[str]) -> tuple[Gap, ...]:
    """The places that some normal end of an exit method releases and some failing end does not."""
    released = {
        operation.path
        for ended in exits
        if ended.outcome.fault is None
        for operation in ended.outcome.operations
        if operation.op.rpartition(":")[2] in release
    }
    found: dict[str, Gap] = {}
    for ended in exits:
        if ended.outcome.fault is None or ended.at is None:
            continue
        done = {op.path for op in ended.outcome.operations if op.op.rpartition(":")[2] in release}
        for place in sorted(released - done):
            if _may_hold(ended.outcome, place):
                found.setdefault(place, Gap(place, ended.at, path))
    return tuple(found.values())


def forgiving(outcomes: tuple[Outcome, ...]) -> tuple[Outcome, ...]:
    """An exit method that fails has released as far as its user is concerned: what it leaves open is its own fault."""
    done = tuple(dict.fromkeys(op for outcome in outcomes if outcome.fault is None for op in outcome.operations))
    return tuple(
        outcome if outcome.fault is None else msgspec.structs.replace(outcome, operations=done) for outcome in outcomes
    )


def _may_hold(outcome: Outcome, place: str) -> bool:
    return all(mask & TRUTHY for path, mask in outcome.assume if path == place)


def refills(outcomes: tuple[Outcome, ...], place: str) -> bool:
    """Whether a method may put a new resource into `place` without looking at, or releasing, what stands there."""
    for outcome in outcomes:
        stores = dict(outcome.stores)
        if outcome.fault is not None or not isinstance(stores.get(place), New):
            continue
        looked = any(path.partition("\x00")[0] == place for path, _ in outcome.assume)
        released = any(operation.path == place for operation in outcome.operations)
        if not looked and not released:
            return True
    return False


def class_reports(
    methods: Mapping[str, tuple[tuple[SiteReport, ...], tuple[Kept, ...], tuple[Outcome, ...], tuple[Gap, ...]]],
) -> Iterator[tuple[Span, Leak]]:
    """Leaks of sites (by span) that follow from the methods of one class together. methods: by their plain names."""
    kept = [(name, one) for name, (_, places, _, _) in methods.items() for one in places if not one.lent]
    sites = {report.site.span: report.site for reports, _, _, _ in methods.values() for report in reports}
    for _, _, _, missing in methods.values():
        for gap in missing:
            for _, one in kept:
                if one.place == gap.place and one.span in sites:
                    steps = _path(
                        sites[one.span].path,
                        one.span,
                        gap.path,
                        gap.at,
                        f"this may raise before `{gap.place}` is released",
                    )
                    yield one.span, Leak("exception", gap.at, steps, True)
    for name, filled in kept:
        if name not in FILLING:
            continue
        for other, again in kept:
            if other in FILLING or again.place != filled.place or not refills(methods[other][2], again.place):
                continue
            for span in (filled.span, again.span):
                if span in sites:
                    text = f"`{again.place}` is filled again here, whatever it holds"
                    yield (
                        span,
                        Leak(
                            "overwritten", again.span, _path(sites[span].path, span, sites[span].path, again.span, text)
                        ),
                    )


def _path(path: str, acquired: Span, other: str, at: Span, text: str) -> tuple[Step, ...]:
    return (Step(path, acquired, "acquired here"), Step(other, at, text))
