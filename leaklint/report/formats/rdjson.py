"""rdjson: reviewdog's diagnostics, with fixes as suggestions that a reviewer can commit.

https://github.com/reviewdog/reviewdog/tree/master/proto/rdf; columns there count the bytes of UTF-8.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from leaklint.model import Applicability, Finding, Severity
from leaklint.report.content import Options, Report
from leaklint.report.narrative import narrative
from leaklint.report.records import document
from leaklint.report.repair import replacement

_SEVERITIES = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.NOTE: "INFO"}


def render(report: Report, options: Options) -> str:
    """One DiagnosticResult."""
    diagnostics = [_diagnostic(finding, report, options) for finding in report.findings]
    return document({"source": {"name": "leaklint"}, "severity": "WARNING", "diagnostics": diagnostics})


def _diagnostic(finding: Finding, report: Report, options: Options) -> dict[str, Any]:
    source = report.sources(finding.path)
    end = (finding.end_line, finding.end_column)
    result: dict[str, Any] = {
        "message": "\n".join(narrative(finding, options.show_witness)),
        "location": {"path": finding.path, "range": _range(source, (finding.line, finding.column), end)},
        "severity": _SEVERITIES[finding.severity],
        "code": {"value": finding.code},
    }
    suggestion = _suggestion(finding, source)
    if suggestion is not None:
        result["suggestions"] = [suggestion]
    if options.show_witness and finding.witness:
        result["relatedLocations"] = [
            {
                "message": step.message,
                "location": {
                    "path": step.path,
                    "range": {"start": _position(report.sources(step.path), step.line, step.column)},
                },
            }
            for step in finding.witness
        ]
    return result


def _suggestion(finding: Finding, source: Sequence[str] | None) -> dict[str, Any] | None:
    """The fix as ONE replacement, since each suggestion is committed alone; None where its text cannot be known."""
    fix = finding.fix
    if fix is None or not fix.edits or fix.applicability is Applicability.DISPLAY:
        return None
    if any(edit.path != finding.path for edit in fix.edits):
        return None
    first, last = fix.edits[0], fix.edits[-1]
    text = replacement(fix.edits, source)
    if text is None:
        return None
    end = (last.end_line, last.end_column)
    return {"range": _range(source, (first.line, first.column), end), "text": text}


def _range(source: Sequence[str] | None, start: tuple[int, int], end: tuple[int, int]) -> dict[str, Any]:
    return {"start": _position(source, *start), "end": _position(source, *end)}


def _position(source: Sequence[str] | None, line: int, column: int) -> dict[str, int]:
    """A position with its column in bytes; in characters where the source is not to be had."""
    if source is not None and 0 < line <= len(source):
        text = source[line - 1][: column - 1]
        column += len(text.encode("utf-8", "surrogatepass")) - len(text) if not text.isascii() else 0
    return {"line": line, "column": column}
