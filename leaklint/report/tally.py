"""Counts: of findings by rule, severity, file; and the sentences that sum a run up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from leaklint.model import Applicability, Finding, Severity
from leaklint.report.ansi import painter
from leaklint.report.content import Report
from leaklint.report.plain import shown


class RuleCount(msgspec.Struct, frozen=True):
    """How often one rule was broken, and how many of those findings each kind of fix would mend."""

    code: str
    name: str
    severity: Severity
    count: int
    safe: int
    unsafe: int


def by_rule(findings: Iterable[Finding]) -> tuple[RuleCount, ...]:
    """A row for each rule, the most frequent first, equal ones by code; `severity` is the worst that occurs."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.code, []).append(finding)
    rows = (
        RuleCount(
            code,
            group[0].name,
            max((f.severity for f in group), key=lambda severity: severity.rank),
            len(group),
            fixable(group, Applicability.SAFE),
            fixable(group, Applicability.UNSAFE),
        )
        for code, group in groups.items()
    )
    return tuple(sorted(rows, key=lambda row: (-row.count, row.code)))


def fixable(findings: Iterable[Finding], applicability: Applicability) -> int:
    """How many of the findings have a fix of that kind."""
    return sum(f.fix is not None and f.fix.applicability is applicability for f in findings)


def statistics_text(report: Report, *, color: bool = False) -> str:
    """A line for each rule: count, code, name, and how many of them a fix would mend; then the summary."""
    paint = painter(color)
    rows = by_rule(report.findings)
    lines = []
    digits = max((len(str(row.count)) for row in rows), default=0)
    names = max((len(row.name) for row in rows), default=0)
    for row in rows:
        parts = [f"{row.safe} with --fix"] if row.safe else []
        parts += [f"{row.unsafe} with --unsafe-fixes"] if row.unsafe else []
        note = f"  ({', '.join(parts)})" if parts else ""
        name = shown(row.name) + (" " * (names - len(row.name)) if note else "")
        lines.append(f"{row.count:{digits}}  {paint(shown(row.code), row.severity.value)}  {name}{paint(note, 'dim')}")
    return "\n".join([*lines, *summary(report)]) + "\n"


def count(number: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{number} {noun}" if number == 1 else f"{number:,} {noun}s"


def listed(parts: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def summary(report: Report) -> list[str]:
    """The sentences that end a run: what was found, repaired, can be repaired, and what the baseline says."""
    lines = [_found(report)]
    if report.fixed:
        codes = ", ".join(f"{number} {shown(code)}" for code, number in sorted(report.fixed.items()))
        lines.append(f"Fixed {count(sum(report.fixed.values()), 'finding')} ({codes}).")
    if report.withheld:
        what = "1 fix was" if report.withheld == 1 else f"{report.withheld} fixes were"
        lines.append(f"{what} withheld: re-analysis did not prove the result.")
    safe = fixable(report.findings, Applicability.SAFE)
    unsafe = fixable(report.findings, Applicability.UNSAFE)
    if safe:
        lines.append(f"{safe} fixable with --fix" + (f", {unsafe} more with --unsafe-fixes." if unsafe else "."))
    elif unsafe:
        lines.append(f"{unsafe} fixable with --fix --unsafe-fixes.")
    if report.baseline is not None:
        b = report.baseline
        prune = "; --prune-baseline forgets those" if b.gone else ""
        lines.append(f"Baseline: {b.new} new, {b.unchanged} unchanged, {b.gone} gone{prune}.")
    if report.problems:
        lines.append(f"{count(len(report.problems), 'problem')}: not everything could be checked.")
    return lines


def _found(report: Report) -> str:
    checked = f"{count(report.files_checked, 'file')} checked in {report.seconds:.1f} s"
    if not report.findings:
        return f"No leaks found ({checked})." if report.files_checked else "No files were checked."
    severities = Counter(f.severity for f in report.findings)
    kinds = [count(severities[severity], severity.value) for severity in Severity if severities[severity]]
    files = len({f.path for f in report.findings})
    return f"Found {listed(kinds)} in {count(files, 'file')} ({checked})."
