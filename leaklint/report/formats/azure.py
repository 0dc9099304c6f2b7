"""azure: logging commands that Azure Pipelines turns into the errors and warnings of a build.

https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands
"""

from __future__ import annotations

from leaklint.model import Finding, Severity
from leaklint.report.content import Options, Report
from leaklint.report.plain import shown


def render(report: Report, options: Options) -> str:
    """One command for each finding; Azure knows no notes, so they are warnings."""
    return "".join(_command(finding) for finding in report.findings)


def _command(finding: Finding) -> str:
    kind = "error" if finding.severity is Severity.ERROR else "warning"
    properties = {
        "type": kind,
        "sourcepath": finding.path,
        "linenumber": str(finding.line),
        "columnnumber": str(finding.column),
        "code": finding.code,
    }
    listed = "".join(f"{name}={_property(value)};" for name, value in properties.items())
    return f"##vso[task.logissue {listed}]{_data(finding.message)}\n"


def _data(text: str) -> str:
    return shown(text.replace("%", "%AZP25").replace("\r", "%0D").replace("\n", "%0A"))


def _property(text: str) -> str:
    return _data(text).replace(";", "%3B").replace("]", "%5D")
