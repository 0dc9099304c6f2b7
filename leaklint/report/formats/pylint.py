"""pylint: `path:line: [CODE(name), function] message`, the form that pylint calls parseable."""

from __future__ import annotations

from leaklint.report.content import Options, Report
from leaklint.report.plain import shown


def render(report: Report, options: Options) -> str:
    """One line for each finding."""
    return "".join(
        f"{shown(f.path)}:{f.line}: [{shown(f.code)}({shown(f.name)}), {shown(f.function)}] {shown(f.message)}\n"
        for f in report.findings
    )
