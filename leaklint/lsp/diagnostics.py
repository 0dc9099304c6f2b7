"""From findings to what an editor shows."""

from __future__ import annotations

from collections.abc import Callable

from lsprotocol import types
from pygls import uris

from leaklint.lsp.positions import Lines
from leaklint.model import Finding, Severity, WitnessStep

SOURCE = "leaklint"
_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.NOTE: types.DiagnosticSeverity.Information,
}
LinesOf = Callable[[str], Lines]
"""Gives the lines of the file at an absolute path; a single empty one where it cannot be read."""


def diagnostic(finding: Finding, lines_of: LinesOf, *, related: bool = True) -> types.Diagnostic:
    """A finding for the editor. related: with its path, for clients that can show it."""
    span = lines_of(finding.path).span(finding.line, finding.column, finding.end_line, finding.end_column)
    message = f"{finding.message}\n{finding.help}" if finding.help else finding.message
    steps = [_step(step, lines_of) for step in finding.witness]
    return types.Diagnostic(
        range=span,
        severity=_SEVERITIES[finding.severity],
        code=finding.code,
        source=SOURCE,
        message=message,
        related_information=steps if related and steps else None,
        data={"name": finding.name, "confidence": finding.confidence.value},
    )


def _step(step: WitnessStep, lines_of: LinesOf) -> types.DiagnosticRelatedInformation:
    lines = lines_of(step.path)
    rest = len(lines.text_at(step.line - 1)) + 1
    span = lines.span(step.line, step.column, step.line, max(rest, step.column + 1))
    location = types.Location(uri=uris.from_fs_path(step.path) or "", range=span)
    return types.DiagnosticRelatedInformation(location=location, message=step.message)
