"""The seam between the run and the analysis: one module, through every stage, to its findings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from leaklint.engine.selection import name_of
from leaklint.model import Confidence, Finding, Severity
from leaklint.rules import UNREADABLE

if TYPE_CHECKING:
    from leaklint.engine.outcome import Found
    from leaklint.engine.project import Project, Unit
    from leaklint.ir import Procedure


def analyze_file(project: Project, unit: Unit) -> Sequence[Found]:
    """All findings of one file, whatever the settings select, with what was seen there. Raises SyntaxProblem."""
    from pathlib import Path

    from leaklint.engine.project import shown_as
    from leaklint.ownership.modules import analyze_module
    from leaklint.rules.inspection import inspect_module
    from leaklint.rules.verdicts import finding, verdicts

    analysis = project.analysis(unit.path)
    module = analysis.program.module_at(Path(unit.path))
    if module is None:
        from leaklint.lowering import SyntaxProblem, lower_module

        # The program passes over what is no Python; here it is asked for by name, and the reason is wanted.
        problem = analysis.program.problem_at(Path(unit.path))
        if problem is not None:
            raise SyntaxProblem(unit.shown, *problem)
        lower_module(unit.source.text, unit.shown, "")
        return ()
    reports = [report for report in analyze_module(analysis, module) if report.leaks or report.misuses]
    found: list[Found] = [
        (shown_as(unit, finding(rule, verdict, report), module.path, project.cwd), report)
        for report in reports
        for rule, verdict in verdicts(report)
    ]
    others = inspect_module(analysis, module, project.settings, project.inspecting)
    others += _cut_short(analysis.cut_short(module), unit)
    return found + [(shown_as(unit, one, module.path, project.cwd), None) for one in others]


def _cut_short(procedures: Sequence[Procedure], unit: Unit) -> list[Finding]:
    """What says that some functions were not looked at on all their paths."""
    return [
        Finding(
            code=UNREADABLE,
            name=name_of(UNREADABLE),
            severity=Severity.NOTE,
            confidence=Confidence.HIGH,
            message=f"not checked on all paths: `{one.name}` is too large",
            path=unit.shown,
            line=one.span.line,
            column=one.span.column,
            end_line=one.span.line,
            end_column=one.span.column,
            function="" if one.kind == "module" else one.name,
            help="Split the function; what it does on the paths that were looked at is reported.",
        )
        for one in procedures
    ]
