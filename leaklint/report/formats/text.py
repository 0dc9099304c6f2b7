"""text: for people. Each finding with its source, the path on which the resource is lost, and the remedy.

    app/load.py:12:12: LK102 error: the connection is not given back when `cursor.execute` raises
       |
    12 |     conn = pool.getconn()
       |            ^^^^^^^^^^^^^^ 1. taken from the pool
    13 |     cursor = conn.cursor()
    14 |     cursor.execute(query)
       |     -------------- 2. raises
       |
       = help: give it back in a `finally`
       = fix: release it in a `finally` (--fix)

Carets mark the region of the finding, dashes the other steps of its path.
"""

from __future__ import annotations

import functools
import textwrap
from collections.abc import Sequence

import msgspec

from leaklint.model import Applicability, Confidence, Finding
from leaklint.report.ansi import Paint, painter
from leaklint.report.content import Options, Report
from leaklint.report.excerpt import excerpt, word_end
from leaklint.report.plain import shown
from leaklint.report.tally import summary

_HOW = {
    Applicability.SAFE: "fix: {} (--fix)",
    Applicability.UNSAFE: "fix: {} (--fix --unsafe-fixes)",
    Applicability.DISPLAY: "suggestion: {}",
}


class _Mark(msgspec.Struct, frozen=True):
    """A region of one line to underline, and what to say of it; `end_column` 0: the word that stands there."""

    path: str
    line: int
    column: int
    end_column: int
    label: str
    primary: bool


def render(report: Report, options: Options) -> str:
    """A block of lines for each finding, then the summary."""
    paint = painter(options.color)
    lines: list[str] = []
    for finding in report.findings:
        lines += [*_block(finding, report, options, paint), ""]
    first, *rest = summary(report)
    return "\n".join([*lines, paint(first, "path"), *rest]) + "\n"


def _block(finding: Finding, report: Report, options: Options, paint: Paint) -> list[str]:
    marks = _marks(finding, options.show_witness)
    digits = max(len(str(mark.line)) for mark in marks)
    gutter = _Gutter(digits, paint)
    lines = [_headline(finding, paint)]
    path = finding.path
    previous: _Mark | None = None
    for mark in marks:
        source = report.sources(mark.path)
        if mark.path != path:
            lines.append(gutter.place(mark))
            previous, path = None, mark.path
        if previous is None:
            lines.append(gutter.bar())
        lines += _between(previous, mark, source, gutter, options.width)
        lines += _marked(mark, previous, source, finding, gutter, options.width)
        previous = mark
    lines.append(gutter.bar())
    for note in _notes(finding):
        lines += gutter.note(note, options.width)
    return lines


def _headline(finding: Finding, paint: Paint) -> str:
    sure = "" if finding.confidence is Confidence.HIGH else f" ({finding.confidence.value} confidence)"
    place = f"{paint(shown(finding.path), 'path')}:{finding.line}:{finding.column}"
    severity = f"{shown(finding.code)} {finding.severity.value}"
    return f"{place}: {paint(severity, finding.severity.value)}: {shown(finding.message)}{paint(sure, 'dim')}"


def _marks(finding: Finding, show_witness: bool) -> list[_Mark]:
    """The steps of the path in order; before them the finding's own region, unless the path begins there."""
    end = finding.end_column if finding.end_line == finding.line else 1 << 30
    own = (finding.path, finding.line, finding.column)
    marks = []
    for number, step in enumerate(finding.witness if show_witness else (), start=1):
        here = (step.path, step.line, step.column) == own
        label = f"{number}. {shown(step.message)}"
        marks.append(_Mark(step.path, step.line, step.column, end if here else 0, label, here))
    if not marks or not marks[0].primary:
        marks.insert(0, _Mark(*own, end, "", True))
    return marks


def _between(
    previous: _Mark | None, mark: _Mark, source: Sequence[str] | None, gutter: _Gutter, width: int
) -> list[str]:
    """What stands between two marked lines: the one line in between, an ellipsis for more, or nothing."""
    if previous is None or mark.line in (previous.line, previous.line + 1):
        return []
    line = _line(source, previous.line + 1)
    if mark.line == previous.line + 2 and line is not None:
        return [gutter.source(previous.line + 1, excerpt(line, 1, 1, gutter.room(width)).text)]
    return [gutter.gap()]


def _marked(
    mark: _Mark, previous: _Mark | None, source: Sequence[str] | None, finding: Finding, gutter: _Gutter, width: int
) -> list[str]:
    """The line of a mark, unless the mark before has shown it, and under it the underline with the label."""
    line = _line(source, mark.line)
    if line is None:
        return [gutter.source(mark.line, mark.label)] if mark.label else []
    room = gutter.room(width)
    shot = excerpt(line, mark.column, mark.end_column or word_end(line, mark.column), room)
    lines = []
    # A line so long that only the part about the mark is shown must be shown again for another mark.
    if previous is None or previous.line != mark.line or len(line) > room:
        lines.append(gutter.source(mark.line, shot.text))
    again = previous is not None and (previous.line, previous.column) == (mark.line, mark.column)
    underline = (" " if again else "^" if mark.primary else "-") * min(shot.length, room - shot.offset)
    style = finding.severity.value if mark.primary else "step"
    lines += gutter.underline(shot.offset, underline, mark.label, style, room)
    return lines


def _line(source: Sequence[str] | None, number: int) -> str | None:
    return source[number - 1] if source is not None and 0 < number <= len(source) else None


def _notes(finding: Finding) -> list[str]:
    notes = [f"help: {shown(finding.help)}"] if finding.help else []
    if finding.fix is not None:
        notes.append(_HOW[finding.fix.applicability].format(shown(finding.fix.message)))
    if finding.fix_withheld:
        notes.append(f"no fix: {shown(finding.fix_withheld)}")
    return notes


class _Gutter:
    """The left margin: line numbers, `digits` wide, and the bar that carries the block together."""

    def __init__(self, digits: int, paint: Paint) -> None:
        self.digits = digits
        self.paint = paint
        self.margin = " " * digits

    def room(self, width: int) -> int:
        """Columns left of the bar's right."""
        return max(width - self.digits - 3, 20)

    def bar(self) -> str:
        return self.margin + self.paint(" |", "gutter")

    def gap(self) -> str:
        return self.paint("." * max(self.digits, 3), "gutter")

    def place(self, mark: _Mark) -> str:
        return f"{self.margin}{self.paint('-->', 'gutter')} {shown(mark.path)}:{mark.line}:{mark.column}"

    def source(self, number: int, text: str) -> str:
        head = self.paint(f"{number:>{self.digits}} |", "gutter")
        return f"{head} {text}" if text else head

    def underline(self, offset: int, line: str, label: str, style: str, room: int) -> list[str]:
        """The underline with its label beside it, or below it where the line is not long enough for both."""
        indent = " " * offset
        if not label or offset + len(line) + 1 + len(label) <= room:
            return [f"{self.bar()} {indent}{self.paint(f'{line} {label}'.rstrip(), style)}"]
        below = min(offset, max(room - 50, 0))
        wrapped = textwrap.wrap(label, max(room - below, 20), subsequent_indent="   ", break_on_hyphens=False)
        return [
            *([f"{self.bar()} {indent}{self.paint(line, style)}"] if line.strip() else []),
            *(f"{self.bar()} {' ' * below}{self.paint(text, style)}" for text in wrapped),
        ]

    def note(self, text: str, width: int) -> list[str]:
        """`= help: ...`, wrapped with its continuation under its text."""
        head, _, _ = text.partition(":")
        indent = " " * (len(head) + 2)
        first, *rest = _wrapped(text, max(self.room(width), 40), indent)
        lead = f"{self.margin} {self.paint('=', 'gutter')} "
        return [
            lead + self.paint(first[: len(head) + 1], "help") + first[len(head) + 1 :],
            *(f"{self.margin}   {line}" for line in rest),
        ]


@functools.lru_cache(maxsize=100)
def _wrapped(text: str, width: int, indent: str) -> list[str]:
    """A note in lines; those of many findings say the same."""
    return textwrap.wrap(text, width, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False)
