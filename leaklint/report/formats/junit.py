"""junit: the XML that test dashboards read. A suite for each file with findings, a failed case for each finding."""

from __future__ import annotations

from itertools import groupby

from leaklint.model import Finding
from leaklint.report.content import Options, Report
from leaklint.report.narrative import narrative
from leaklint.report.plain import shown

_QUOTED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}


def render(report: Report, options: Options) -> str:
    """A document; without findings one passed case says so, since some readers refuse a report with none."""
    total = len(report.findings)
    suites = [
        _suite(path, list(group), options) for path, group in groupby(report.findings, key=lambda finding: finding.path)
    ]
    if not suites:
        suites = [
            '  <testsuite name="leaklint" tests="1" failures="0" errors="0" skipped="0">\n'
            '    <testcase classname="leaklint" name="no findings"/>\n'
            "  </testsuite>\n"
        ]
    if report.problems:
        suites.append(_problems(report.problems))
    errors = len(report.problems)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<testsuites name="leaklint" tests="{max(total, 1) + errors}" failures="{total}" errors="{errors}">\n'
        f"{''.join(suites)}</testsuites>\n"
    )


def _suite(path: str, findings: list[Finding], options: Options) -> str:
    number = len(findings)
    cases = "".join(_case(finding, options) for finding in findings)
    return (
        f'  <testsuite name="{_text(path)}" tests="{number}" failures="{number}" errors="0" skipped="0">\n'
        f"{cases}  </testsuite>\n"
    )


def _case(finding: Finding, options: Options) -> str:
    name = f"{finding.code} {finding.name} {finding.line}:{finding.column}"
    lines = narrative(finding, options.show_witness)
    body = "\n".join([f"{finding.path}:{finding.line}:{finding.column}: {finding.code} {lines[0]}", *lines[1:]])
    return (
        f'    <testcase classname="{_text(finding.path)}" name="{_text(name)}" file="{_text(finding.path)}"'
        f' line="{finding.line}">\n'
        f'      <failure type="{_text(finding.code)}" message="{_text(finding.message)}">{_lines(body)}</failure>\n'
        "    </testcase>\n"
    )


def _problems(problems: tuple[str, ...]) -> str:
    cases = "".join(
        f'    <testcase classname="leaklint" name="problem {number}"><error message="{_text(text)}"/></testcase>\n'
        for number, text in enumerate(problems, start=1)
    )
    return (
        f'  <testsuite name="leaklint: problems" tests="{len(problems)}" failures="0" errors="{len(problems)}"'
        f' skipped="0">\n{cases}  </testsuite>\n'
    )


def _text(text: str) -> str:
    r"""Escaped for XML. Characters that XML 1.0 forbids (and with them all control characters) show as `\x1b`."""
    return "".join(_QUOTED.get(character, character) for character in shown(text))


def _lines(text: str) -> str:
    return "\n".join(_text(line) for line in text.split("\n"))
