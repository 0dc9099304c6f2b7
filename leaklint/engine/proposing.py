"""Repairs for the findings of one file, each proven by analysing the repaired text before it is offered or applied."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import msgspec

from leaklint.engine.one_file import fault, internal_error, judge
from leaklint.engine.outcome import Outcome
from leaklint.engine.project import Project, Unit
from leaklint.fixes import FixResult, Withheld, fix_file, prove, repairable_without_site
from leaklint.model import Finding
from leaklint.ownership.events import SiteReport

if TYPE_CHECKING:
    from leaklint.engine.outcome import Analyze, Found

Pairs = list[tuple[Finding, SiteReport | None]]
_MOST = 60
"""Findings of one file that get a repair of their own; proving one means analysing the file once more."""


def with_repairs(project: Project, unit: Unit, outcome: Outcome, found: Sequence[Found], analyze: Analyze) -> Outcome:
    """The outcome with each finding's proven repair, or the reason why there is none."""
    pairs = _reported(outcome, found)
    reports = dict(_keyed(pairs))
    before = [finding for finding, _ in pairs]
    again = _reanalysis(project, unit, analyze)
    repaired: list[Finding] = []
    problem = outcome.problem
    for finding in outcome.findings:
        key = _key(finding)
        if key not in reports or len(repaired) >= _MOST or finding.code not in project.selection.repairable:
            repaired.append(finding)
            continue
        style = project.settings.fix_style
        try:
            made = prove(unit.source.text, unit.shown, finding, reports[key], before, again, style=style)
        except Exception as error:
            problem = internal_error(unit.shown, f"while repairing: {fault(error)}")
            repaired.append(finding)
            continue
        if isinstance(made, Withheld):
            repaired.append(msgspec.structs.replace(finding, fix_withheld=made.reason))
        else:
            repaired.append(msgspec.structs.replace(finding, fix=made[0]))
    return msgspec.structs.replace(outcome, findings=tuple(repaired), problem=problem)


def apply_repairs(project: Project, unit: Unit, analyze: Analyze) -> FixResult:
    """The file's text with every proven repair that the settings allow, to a fixed point."""
    return fix_file(
        unit.source.text,
        unit.shown,
        _reanalysis(project, unit, analyze),
        unsafe=project.settings.unsafe_fixes,
        style=project.settings.fix_style,
        fixable=lambda code: code in project.selection.repairable,
    )


def _reanalysis(project: Project, unit: Unit, analyze: Analyze) -> Callable[[str], Pairs]:
    """What would be reported of the file if it held another text."""

    def again(text: str) -> Pairs:
        if text == unit.source.text:
            return _of(project, unit)
        data = unit.source.encode(text)
        other = Unit(unit.shown, unit.path, data, msgspec.structs.replace(unit.source, text=text))
        return _of(project.with_overlay(unit.path, data), other)

    def _of(around: Project, one: Unit) -> Pairs:
        found = analyze(around, one)
        return _reported(judge(around, one, found), found)

    return again


def _reported(outcome: Outcome, found: Sequence[Found]) -> Pairs:
    """Those pairs whose finding is let through, and that some repair could answer."""
    through = {_key(finding) for finding in outcome.findings}
    return [
        (finding, report)
        for finding, report in found
        if _key(finding) in through and (report is not None or repairable_without_site(finding.code))
    ]


def _keyed(pairs: Pairs) -> list[tuple[tuple[str, int, int, str, str], SiteReport | None]]:
    return [(_key(finding), report) for finding, report in pairs]


def _key(finding: Finding) -> tuple[str, int, int, str, str]:
    return (*finding.sort_key, finding.message)
