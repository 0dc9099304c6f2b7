"""grouped: findings under the name of their file, in columns."""

from __future__ import annotations

from itertools import groupby

from leaklint.report.ansi import painter
from leaklint.report.content import Options, Report
from leaklint.report.plain import shown
from leaklint.report.tally import summary


def render(report: Report, options: Options) -> str:
    """A block for each file, then the summary."""
    paint = painter(options.color)
    lines: list[str] = []
    for path, group in groupby(report.findings, key=lambda finding: finding.path):
        findings = list(group)
        places = [f"{finding.line}:{finding.column}" for finding in findings]
        wide = max(map(len, places))
        lines.append(paint(shown(path), "path"))
        for finding, place in zip(findings, places):
            severity = paint(f"{finding.severity.value:<7}", finding.severity.value)
            code = paint(f"{shown(finding.code):<5}", "code")
            lines.append(f"  {place:>{wide}}  {severity}  {code}  {shown(finding.message)}")
        lines.append("")
    return "\n".join([*lines, *summary(report)]) + "\n"
