"""One line of source as a terminal shows it, with the extent of a region in terminal columns.

Tabs are expanded, wide characters count two columns and combining ones none, what a terminal might act upon is escaped,
and of a long line only the part around the region is kept: generated files have lines of megabytes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import msgspec

from leaklint.report.plain import shown

_TAB = 4
_ELLIPSIS = "..."
_NAME = re.compile(r"[\w.]+")
# More than a terminal is wide: a line is cut to this many characters about its region before it is measured.
_REACH = 400


class Excerpt(msgspec.Struct, frozen=True):
    """`text` is ready for a terminal; the region starts `offset` columns into it and is `length` columns long."""

    text: str
    offset: int
    length: int


def word_end(line: str, column: int) -> int:
    """The column after the dotted name that stands at `column`, for positions that say only where they start."""
    match = _NAME.match(line, column - 1)
    return column + max(1, len(match[0].rstrip(".")) if match else 1)


def columns(text: str) -> int:
    """How many terminal columns `text` takes; it holds nothing that moves the cursor."""
    if text.isascii():
        return len(text)
    return sum(_columns_of(character) for character in text)


def _columns_of(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def excerpt(line: str, column: int, end_column: int, width: int) -> Excerpt:
    """`line` in at most `width` terminal columns (never under 20) with the region [column, end_column) in sight.

    Columns count from 1 in characters; positions past the end of the line are taken as its end.
    """
    start = min(max(column - 1, 0), len(line))
    end = min(max(end_column - 1, start), len(line), start + _REACH)
    first, last = max(0, start - _REACH), min(len(line), end + _REACH)
    cells, widths = _cells(line[first:last].rstrip())
    from_, to = _window(widths, start - first, end - first, max(width, 20))
    lead = _ELLIPSIS if first or from_ else ""
    tail = _ELLIPSIS if to < len(cells) or line[last:].strip() else ""
    offset = len(lead) + sum(widths[from_ : start - first])
    length = sum(widths[start - first : min(end - first, to)])
    return Excerpt(lead + "".join(cells[from_:to]) + tail, offset, max(length, 1))


def _cells(text: str) -> tuple[Sequence[str], list[int]]:
    """What stands for each character of `text`, and how many columns that takes."""
    if text.isascii() and text.isprintable():
        return text, [1] * len(text)
    cells = []
    at = 0
    for character in text:
        cell = " " * (_TAB - at % _TAB) if character == "\t" else shown(character)
        at += columns(cell)
        cells.append(cell)
    return cells, [columns(cell) for cell in cells]


def _window(widths: list[int], start: int, end: int, width: int) -> tuple[int, int]:
    """The cells to show: all if they fit; else from the first if the region is then in sight, else from near it."""
    if sum(widths) <= width:
        return 0, len(widths)
    from_ = 0
    if sum(widths[:end]) > width - len(_ELLIPSIS):
        from_ = min(start, len(widths))
        room = width // 4
        while from_ > 0 and widths[from_ - 1] <= room:
            from_ -= 1
            room -= widths[from_]
    room = width - len(_ELLIPSIS) * (2 if from_ else 1)
    to = from_
    while to < len(widths) and widths[to] <= room:
        room -= widths[to]
        to += 1
    return from_, to
