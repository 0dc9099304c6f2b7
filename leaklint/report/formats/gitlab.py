"""gitlab: a Code Quality report, which GitLab compares with the target branch's and shows in merge requests.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

from typing import Any

from leaklint.model import Finding, Severity
from leaklint.report.content import Options, Report
from leaklint.report.fingerprint import fingerprints
from leaklint.report.records import document

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.NOTE: "info"}


def render(report: Report, options: Options) -> str:
    """An array of issues."""
    return document([_issue(finding, name) for finding, name in zip(report.findings, fingerprints(report))])


def _issue(finding: Finding, fingerprint: str) -> dict[str, Any]:
    return {
        "description": f"{finding.code}: {finding.message}",
        "check_name": f"{finding.code}-{finding.name}",
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[finding.severity],
        "location": {
            # GitLab matches paths literally with those of the repository.
            "path": finding.path.removeprefix("./"),
            "positions": {
                "begin": {"line": finding.line, "column": finding.column},
                "end": {"line": finding.end_line, "column": finding.end_column},
            },
        },
    }
