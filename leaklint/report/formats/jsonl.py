"""jsonl: one finding a line, each the object that json has in its array."""

from __future__ import annotations

from leaklint.report.content import Options, Report
from leaklint.report.records import line, record


def render(report: Report, options: Options) -> str:
    """One line for each finding."""
    return "".join(line(record(finding)) for finding in report.findings)
