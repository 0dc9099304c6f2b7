"""Going on from what an analysis found, in a program in which a file has another text: what has nothing to do with that
file still holds."""

from __future__ import annotations

import os
from collections.abc import Container
from pathlib import Path

from leaklint.ownership.analysis import Analysis
from leaklint.ownership.differing import Difference, difference
from leaklint.ownership.interpreted import moved
from leaklint.ownership.outcomes import hands_over
from leaklint.ownership.procedure import Result
from leaklint.resolve.refs import Function
from leaklint.resolve.resolver import Resolver
from leaklint.resolve.trace import lasting

_OF_SETTLING = frozenset({"callees", "takes"})
"""Kinds of questions that settling a function asks again."""


def with_text(before: Analysis, path: Path, text: str) -> Analysis:
    """An analysis of the same program with another text for one file. What has to do with that file is looked at again,
    as far as it is not the same: its graph and what it asked."""
    program = before.program.with_text(path, text)
    file = os.path.abspath(path)
    resolver = Resolver(program)
    new = difference(before.program, program, file)
    if before.remembering:
        resolver.take_over(before.resolver, new.gone, new.move.module)
    if new.procedures is not None:
        suspects = before.suspects.edited(file, resolver, new.procedures, new.gone)
    else:
        suspects = before.suspects.without(file, resolver, resting=new.gone if before.remembering else 0)
    now = Analysis(
        program,
        resolver,
        before.catalog,
        strict=before.words.strict,
        remembering=before.remembering,
        keeping=before.keeping,
        suspects=suspects,
    )
    if not before.remembering:
        now.surveyed = before.surveyed
    if new.procedures is not None:
        _take_over_bodies(now, before, new)
    else:
        _take_over_text(now, before, new)
    return now


def _take_over_text(now: Analysis, before: Analysis, new: Difference) -> None:
    """Go on where all of a file may have changed."""
    changed = now.program.name_at(Path(new.file))
    known = {*before.results, *before.users}
    stale = before.depending_on({*(one for one in known if one.module == changed), *before.effects.used})
    callees = before.answered["callees"]
    idle: set[Function] = set()
    if before.remembering:
        stale |= before.resting_on(new.gone)
        idle = {one for one in before.idle & callees.keys() if one not in stale and one.module != changed}
    if before.keeping:
        now.interpretations.take_over(
            before.interpretations, new.move, lambda one: one not in stale and one.module != changed
        )
    _wait(now, before, stale)
    now.put_off = {one for one in now.put_off if one.module != changed}
    now.idle |= idle
    for one in idle:
        _keep(now, before, one)
    for one, result in before.results.items():
        if one not in stale:
            now.results[one] = result
            _keep(now, before, one)
            if hands_over(result.summary):
                now.handing.append(one)


def _keep(now: Analysis, before: Analysis, one: Function) -> None:
    """Take over what a function rests on, and what it calls."""
    for kind in ("settled", "callees"):
        now.rests[(kind, one)] = before.rests.get((kind, one), 0)
    now.answered["callees"][one] = before.answered["callees"].get(one, ())


def _take_over_bodies(now: Analysis, before: Analysis, new: Difference) -> None:
    """Go on where nothing of a file has changed but the bodies of some procedures."""
    stale = before.resting_on(new.gone)
    now.rests.update(lasting(before.rests, new.gone))
    for one, result in before.results.items():
        if one not in stale:
            after = _moved(now, one, result, new) if now.rests[("settled", one)] & new.about else result
            if after is None:
                stale.add(one)
            else:
                now.results[one] = after
    now.idle = before.idle - stale
    callees = before.answered["callees"]
    now.answered["callees"].update((one, called) for one, called in callees.items() if one not in stale)
    for kind, known in before.answered.items():
        if kind not in _OF_SETTLING:
            now.answered[kind].update((key, one) for key, one in known.items() if (kind, key) in now.rests)
    plains = now.answered["plain"]
    plains.update({one: new.move.summary(summary) for one, summary in plains.items()})
    _wait(now, before, stale)

    def elsewhere(one: Function) -> bool:
        return one not in stale and not now.rests.get(("settled", one), 0) & new.about

    now.interpretations.take_over(before.interpretations, new.move, elsewhere, stale)


def _moved(now: Analysis, one: Function, result: Result, new: Difference) -> Result | None:
    module = now.program.module(one.module)
    return moved(new.move, result, module.path) if module is not None else None


def _wait(now: Analysis, before: Analysis, stale: Container[Function]) -> None:
    """Have those looked at that are stale, and those that waited for that before. All else still holds."""
    settled = before.results.keys() | before.idle
    now.put_off = {one for one in settled if one in stale} | before.pending | before.put_off
    now.goes_on = True
    now.calls_itself = {one for one in before.calls_itself if one not in stale}
    now.taking_nothing = {one for one in before.taking_nothing if one not in stale}
    now.users.update({one: set(users) for one, users in before.users.items()})
