"""What the page's script draws from: findings, and the lines of source that their paths lead over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from leaklint.model import Edit, Finding, WitnessStep
from leaklint.report.content import Options, Report
from leaklint.report.plain import shown
from leaklint.report.repair import difference

_MOST_DIRECTORIES = 60
_FEWEST_DIRECTORIES = 5
_CONTEXT = 2
_LONGEST = 400
_LONGEST_CHANGE = 60


def directories(findings: Sequence[Finding]) -> list[str]:
    """Beside each finding: its directory; where these are too many to list, those above them at one depth."""
    parts = [finding.path.split("/")[:-1] for finding in findings]

    def different(depth: int) -> int:
        return len({tuple(names[:depth]) for names in parts})

    depth = max(map(len, parts), default=0)
    while depth > 1 and different(depth) > _MOST_DIRECTORIES and different(depth - 1) >= _FEWEST_DIRECTORIES:
        depth -= 1
    return ["/".join(names[:depth]) or "." for names in parts]


def states(report: Report) -> Sequence[str]:
    """Beside each finding: how it compares with the baseline, empty where there is none."""
    if report.baseline is None:
        return [""] * len(report.findings)
    return report.baseline.states or ["new"] * len(report.findings)


def data(report: Report, options: Options) -> dict[str, Any]:
    """Files, lines and sentences stand in it once, however many findings show them."""
    pages = _Pages(report)
    sentences = _Sentences()
    findings = [
        _record(finding, state, directory, pages, sentences, options)
        for finding, state, directory in zip(report.findings, states(report), directories(report.findings))
    ]
    return {
        "files": pages.names,
        "lines": pages.lines,
        "texts": sentences.texts,
        "rules": _whys(report.findings),
        "findings": findings,
    }


def _record(
    finding: Finding, state: str, directory: str, pages: _Pages, sentences: _Sentences, options: Options
) -> dict[str, Any]:
    file = pages.index(finding.path)
    pages.need(file, finding.line, finding.end_line)
    record: dict[str, Any] = {
        "severity": finding.severity.value,
        "code": shown(finding.code),
        "library": shown(finding.library),
        "directory": shown(directory),
        "file": file,
        "at": [
            finding.line,
            pages.column(file, finding.line, finding.column),
            finding.end_line,
            pages.column(file, finding.end_line, finding.end_column),
        ],
        "path": [_step(step, pages, sentences) for step in (finding.witness if options.show_witness else ())],
    }
    if state:
        record["state"] = state
    if finding.help:
        record["help"] = sentences.index(finding.help)
    if finding.fix is not None:
        record["fix"] = [finding.fix.applicability.value, sentences.index(finding.fix.message)]
        record["change"] = pages.change(finding.fix.edits)
    if finding.fix_withheld:
        record["withheld"] = sentences.index(finding.fix_withheld)
    return record


def _step(step: WitnessStep, pages: _Pages, sentences: _Sentences) -> list[int]:
    file = pages.index(step.path)
    pages.need(file, step.line, step.line)
    return [file, step.line, pages.column(file, step.line, step.column), sentences.index(step.message)]


def _whys(findings: Iterable[Finding]) -> dict[str, str]:
    """For each code that occurs, its rule's reason."""
    from leaklint.rules import all_rules

    codes = {finding.code for finding in findings}
    return {rule.code: " ".join(rule.why.split()) for rule in all_rules() if rule.code in codes}


class _Sentences:
    """What is said more than once, by number; number 0 is the empty text, so that a number given is true."""

    def __init__(self) -> None:
        self.texts = [""]
        self._numbers = {"": 0}

    def index(self, text: str) -> int:
        """The number of the sentence."""
        if text not in self._numbers:
            self._numbers[text] = len(self.texts)
            self.texts.append(shown(text))
        return self._numbers[text]


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

    def change(self, edits: Sequence[Edit]) -> list[str]:
        """What the edits change, as a diff has it; long ones are cut."""
        source = self._sources[self.index(edits[0].path)] if edits else ()
        rows = difference(edits, source) if source else []
        cut = ["@"] if len(rows) > _LONGEST_CHANGE else []
        return [_visible(row[:_LONGEST].rstrip()) or " " for row in rows[:_LONGEST_CHANGE]] + cut


def _visible(line: str) -> str:
    """As `shown`, with its tabs: the page lays them out."""
    return "\t".join(shown(part) for part in line.split("\t"))
