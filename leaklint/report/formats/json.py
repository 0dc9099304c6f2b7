"""json: one array of findings, keys as the command line documents them."""

from __future__ import annotations

from leaklint.report.content import Options, Report
from leaklint.report.records import document, record


def render(report: Report, options: Options) -> str:
    """An array, two spaces of indent; `[]` where nothing was found."""
    return document([record(finding) for finding in report.findings])
