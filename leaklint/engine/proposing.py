"""Repairs for the findings of one file, each proven by analysing the repaired text before it is offered or applied."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from leaklint.engine.one_file import fault, internal_error, judge
from leaklint.engine.outcome import Outcome
from leaklint.engine.project import Project, Unit
from leaklint.fixes import FixResult, Room, Withheld, fix_file, prove_all, repairable_without_site
from leaklint.model import Finding, Fix
from leaklint.ownership.events import SiteReport
from leaklint.resolve.definitions import MODULE_BODY
from leaklint.rules import UNREADABLE

if TYPE_CHECKING:
    from leaklint.engine.outcome import Analyze, Found

Pairs = list[tuple[Finding, SiteReport | None]]
_MOST_TEXTS = 60
"""Texts of one file of which it is kept what would be reported."""


def with_repairs(project: Project, unit: Unit, outcome: Outcome, found: Sequence[Found], analyze: Analyze) -> Outcome:
    """The outcome with each finding's proven repair, or the reason why there is none."""
    pairs = _reported(outcome, found)
    reports = dict(_keyed(pairs))
    before = [finding for finding, _ in pairs]
    room = Room()
    again = reanalysis(project, unit, analyze, room)
    style = project.settings.fix_style
    wanted = {
        index: (finding, reports[_key(finding)])
        for index, finding in enumerate(outcome.findings)
        if finding.code in project.selection.repairable and finding.code != UNREADABLE and _key(finding) in reports
    }
    proven = prove_all(
        unit.source.text,
        unit.shown,
        list(wanted.values()),
        before,
        again,
        style=style,
        room=room,
        least=_least(project, unit),
    )
    made = dict(zip(wanted, proven))
    problem = outcome.problem
    for one in proven:
        if isinstance(one, Exception):
            problem = internal_error(unit.shown, f"while repairing: {fault(one)}")
    repaired = [_with(finding, made.get(index)) for index, finding in enumerate(outcome.findings)]
    return msgspec.structs.replace(outcome, findings=tuple(repaired), problem=problem)


def _with(finding: Finding, made: Fix | Withheld | Exception | None) -> Finding:
    if isinstance(made, Withheld):
        return msgspec.structs.replace(finding, fix_withheld=made.reason)
    return msgspec.structs.replace(finding, fix=made) if isinstance(made, Fix) else finding


def apply_repairs(project: Project, unit: Unit, analyze: Analyze, room: Room) -> FixResult:
    """The file's text with every proven repair that the settings allow and there is room for, to a fixed point."""
    return fix_file(
        unit.source.text,
        unit.shown,
        reanalysis(project, unit, analyze, room),
        unsafe=project.settings.unsafe_fixes,
        style=project.settings.fix_style,
        fixable=lambda code: code in project.selection.repairable,
        room=room,
        least=_least(project, unit),
    )


def _least(project: Project, unit: Unit) -> Callable[[Finding], int]:
    """What work it is, at least, to analyse the file where the function of a finding reads otherwise."""
    analysis = project.analysis(unit.path)
    module = analysis.program.module_at(Path(unit.path))
    least = analysis.least_again(module) if module is not None else {}
    return lambda finding: least.get(finding.function or MODULE_BODY, 0)


def reanalysis(project: Project, unit: Unit, analyze: Analyze, room: Room) -> Callable[[str], Pairs]:
    """What would be reported of the file if it held another text. Several findings may lead to the same one. Raises
    OutOfRoom."""

    @functools.lru_cache(maxsize=_MOST_TEXTS)
    def again(text: str) -> Pairs:
        if text == unit.source.text:
            return _of(project, unit)
        room.analysed(text)
        data = unit.source.encode(text)
        other = Unit(unit.shown, unit.path, data, msgspec.structs.replace(unit.source, text=text))
        around = project.with_overlay(unit.path, data)
        around.spend = room.spend
        # Nobody compares what else rules see for themselves.
        around.inspecting = frozenset(filter(repairable_without_site, around.inspecting))
        try:
            return _of(around, other)
        finally:
            around.end()

    def _of(around: Project, one: Unit) -> Pairs:
        found = analyze(around, one)
        return _reported(judge(around, one, found), found)

    return again


def _reported(outcome: Outcome, found: Sequence[Found]) -> Pairs:
    """Those pairs whose finding is let through, and that some repair could answer; and what says that a function was
    not looked at on all its paths, which keeps repairs from being proven."""
    through = {_key(finding) for finding in outcome.findings}
    return [
        (finding, report)
        for finding, report in found
        if finding.code == UNREADABLE
        or (_key(finding) in through and (report is not None or repairable_without_site(finding.code)))
    ]


def _keyed(pairs: Pairs) -> list[tuple[tuple[str, int, int, str, str], SiteReport | None]]:
    return [(_key(finding), report) for finding, report in pairs]


def _key(finding: Finding) -> tuple[str, int, int, str, str]:
    return (*finding.sort_key, finding.message)
