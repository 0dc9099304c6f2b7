"""What the page's script draws from: findings, and the lines of source that their paths lead over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from leaklint.model import Finding
from leaklint.report.content import Options, Report
from leaklint.report.plain import shown

_CONTEXT = 2
_LONGEST = 400


def directory(finding: Finding) -> str:
    """The directory that the finding is in, `.` for the base."""
    return finding.path.rpartition("/")[0] or "."


def states(report: Report) -> Sequence[str]:
    """Beside each finding: how it compares with the baseline, empty where there is none."""
    if report.baseline is None:
        return [""] * len(report.findings)
    return report.baseline.states or ["new"] * len(report.findings)


def data(report: Report, options: Options) -> dict[str, Any]:
    """What the script draws from. Files and lines stand in it once, however many findings show them."""
    pages = _Pages(report)
    findings = [_record(finding, state, pages, options) for finding, state in zip(report.findings, states(report))]
    return {"files": pages.names, "lines": pages.lines, "rules": _whys(report.findings), "findings": findings}


def _record(finding: Finding, state: str, pages: _Pages, options: Options) -> dict[str, Any]:
    file = pages.index(finding.path)
    witness = finding.witness if options.show_witness else ()
    pages.need(file, finding.line, finding.end_line)
    record: dict[str, Any] = {
        "severity": finding.severity.value,
        "code": finding.code,
        "library": shown(finding.library),
        "directory": shown(directory(finding)),
        "file": file,
        "at": [
            finding.line,
            pages.column(file, finding.line, finding.column),
            finding.end_line,
            pages.column(file, finding.end_line, finding.end_column),
        ],
        "path": [pages.step(step.path, step.line, step.column, step.message) for step in witness],
    }
    optional: dict[str, Any] = {
        "state": state,
        "help": shown(finding.help),
        "fix": finding.fix and [finding.fix.applicability.value, shown(finding.fix.message)],
        "withheld": shown(finding.fix_withheld),
    }
    return {**record, **{name: value for name, value in optional.items() if value}}


def _whys(findings: Iterable[Finding]) -> dict[str, str]:
    """For each code that occurs, its rule's reason."""
    from leaklint.rules import all_rules

    codes = {finding.code for finding in findings}
    return {rule.code: " ".join(rule.why.split()) for rule in all_rules() if rule.code in codes}


class _Pages:
    """The files that findings show, by number, and of each the lines that are needed."""

    def __init__(self, report: Report) -> None:
        self.names: list[str] = []
        self.lines: list[dict[int, str]] = []
        self._numbers: dict[str, int] = {}
        self._sources: list[Sequence[str]] = []
        self._report = report

    def index(self, path: str) -> int:
        """The number of the file."""
        if path not in self._numbers:
            self._numbers[path] = len(self.names)
            self.names.append(shown(path))
            self.lines.append({})
            self._sources.append(self._report.sources(path) or ())
        return self._numbers[path]

    def need(self, file: int, first: int, last: int) -> None:
        """Take in these lines and a few about them."""
        source = self._sources[file]
        for number in range(max(first - _CONTEXT, 1), min(last + _CONTEXT, first + 40, len(source)) + 1):
            if number not in self.lines[file]:
                text = source[number - 1].rstrip()
                self.lines[file][number] = _visible(text[:_LONGEST]) + ("…" if len(text) > _LONGEST else "")

    def column(self, file: int, line: int, column: int) -> int:
        """The column in the text as it is shown, in which escapes are longer than what they stand for."""
        source = self._sources[file]
        if not 0 < line <= len(source):
            return column
        return len(_visible(source[line - 1][: min(column - 1, _LONGEST)])) + 1

    def step(self, path: str, line: int, column: int, message: str) -> list[Any]:
        file = self.index(path)
        self.need(file, line, line)
        return [file, line, self.column(file, line, column), shown(message)]


def _visible(line: str) -> str:
    """As `shown`, with its tabs: the page lays them out."""
    return "\t".join(shown(part) for part in line.split("\t"))
