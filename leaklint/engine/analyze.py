"""The seam between the run and the analysis: one module, through every stage, to its findings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from leaklint.engine.project import Project, Unit, shown_as
from leaklint.model import Finding


def analyze_file(project: Project, unit: Unit) -> Sequence[Finding]:
    """All findings of one file, whatever the settings select. Raises SyntaxProblem."""
    from leaklint.ownership.analysis import analyze_module
    from leaklint.rules.verdicts import findings

    analysis = project.analysis(unit.path)
    module = analysis.program.module_at(Path(unit.path))
    if module is None:
        from leaklint.lowering import lower_module

        # The program passes over what is no Python; here it is asked for by name, and the reason is wanted.
        lower_module(unit.source.text, unit.shown, "")
        return ()
    return shown_as(unit, findings(analyze_module(analysis, module)), module.path, project.cwd)
