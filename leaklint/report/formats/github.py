"""github: workflow commands that GitHub Actions turns into annotations of a pull request's lines.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from leaklint.model import Finding, Severity
from leaklint.report.content import Options, Report
from leaklint.report.narrative import narrative
from leaklint.report.plain import shown

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def render(report: Report, options: Options) -> str:
    """One command for each finding; the path is part of its message."""
    return "".join(_command(finding, options) for finding in report.findings)


def _command(finding: Finding, options: Options) -> str:
    properties = {
        "title": f"leaklint {finding.code} ({finding.name})",
        "file": finding.path,
        "line": str(finding.line),
        "endLine": str(finding.end_line),
    }
    if finding.line == finding.end_line:
        # Columns are taken only where the region is one line.
        properties |= {"col": str(finding.column), "endColumn": str(finding.end_column)}
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    message = "%0A".join(_data(line) for line in narrative(finding, options.show_witness))
    return f"::{_COMMANDS[finding.severity]} {listed}::{message}\n"


def _data(text: str) -> str:
    return shown(text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A"))


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
