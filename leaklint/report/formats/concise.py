"""concise: `path:line:column: CODE message`, which editors read as errorformat `%f:%l:%c: %m`."""

from __future__ import annotations

from leaklint.report.content import Options, Report
from leaklint.report.plain import shown


def render(report: Report, options: Options) -> str:
    """One line for each finding."""
    return "".join(f"{shown(f.path)}:{f.line}:{f.column}: {f.code} {shown(f.message)}\n" for f in report.findings)
