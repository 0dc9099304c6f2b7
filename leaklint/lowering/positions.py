"""Where a syntax node stands, in characters, and the text that it spans."""

from __future__ import annotations

import ast
import bisect
import itertools
import re
import sys
from typing import Any

from leaklint.model import Span

_NEWLINE = re.compile(r"\r\n|\r|\n")


def line_starts(text: str) -> list[int]:
    """The offset in a text at which each of its lines begins."""
    if "\r" in text:
        return [0, *(match.end() for match in _NEWLINE.finditer(text))]
    lengths = map(len, text.split("\n"))
    starts = list(itertools.accumulate(map((1).__add__, lengths), initial=0))
    starts.pop()
    return starts


class Positions:
    """The lines of one file. Python's parser counts columns in UTF-8 bytes from 0, Span in characters from 1.

    parsed: the text that the parser saw, if it was another one with the same characters in each line.
    first: the line of the file with which the text begins, if it is a piece of one. Only Span counts from there.
    """

    __slots__ = ("_above", "_ascii", "_lines", "_parsed", "_starts", "_wide", "first", "source")

    def __init__(self, text: str, parsed: str | None = None, first: int = 1) -> None:
        self.source = text
        self.first = first
        self._above = first - 1
        self._parsed = None if parsed is None or parsed == text else _NEWLINE.split(parsed)
        self._lines: list[str] | None = None
        self._starts: list[int] | None = None
        self._ascii = text.isascii()
        self._wide: dict[int, bytes] = {}
        if not self._ascii:
            lines = enumerate(self._parsed or self.lines, 1)
            self._wide = {number: line.encode("utf-8", "surrogatepass") for number, line in lines if not line.isascii()}

    @property
    def lines(self) -> list[str]:
        """The lines without their ends, split where Python's tokenizer splits them."""
        if self._lines is None:
            self._lines = _NEWLINE.split(self.source) if "\r" in self.source else self.source.split("\n")
        return self._lines

    @property
    def starts(self) -> list[int]:
        """The offset in the text at which each line begins."""
        if self._starts is None:
            self._starts = line_starts(self.source)
        return self._starts

    def column(self, line: int, offset: int) -> int:
        """The 1-based character column of the byte `offset` in `line`."""
        encoded = self._wide.get(line)
        if encoded is None:
            return offset + 1
        return len(encoded[:offset].decode("utf-8", "ignore")) + 1

    def byte_offset(self, offset: int) -> tuple[int, int]:
        """The line of an offset in the source, and the byte offset in it that Python's parser would give."""
        line = bisect.bisect_right(self.starts, offset)
        content = (self._parsed or self.lines)[line - 1]
        return line, len(content[: offset - self.starts[line - 1]].encode("utf-8", "surrogatepass"))

    def span(self, node: Any) -> Span:
        """The extent of a node that has one."""
        above = self._above
        line, end = node.lineno, node.end_lineno
        if self._ascii or (line not in self._wide and end not in self._wide):
            return Span(line + above, node.col_offset + 1, end + above, node.end_col_offset + 1)
        start, behind = self.column(line, node.col_offset), self.column(end, node.end_col_offset)
        return Span(line + above, start, end + above, behind)

    def extent(self, node: Any) -> tuple[int, int]:
        """The offsets in the source at which a node begins and ends."""
        starts = self.starts
        start = starts[node.lineno - 1] + self.column(node.lineno, node.col_offset) - 1
        return start, starts[node.end_lineno - 1] + self.column(node.end_lineno, node.end_col_offset) - 1

    def text(self, node: Any) -> str:
        """The source text of an expression, on one line."""
        lines = self.lines[node.lineno - 1 : node.end_lineno]
        if not lines:
            return ""
        start = self.column(node.lineno, node.col_offset) - 1
        end = self.column(node.end_lineno, node.end_col_offset) - 1
        if len(lines) == 1:
            return lines[0][start:end]
        lines[-1] = lines[-1][:end]
        lines[0] = lines[0][start:]
        return " ".join(" ".join(lines).split())

    def annotation(self, node: ast.AST | None) -> str:
        """The source text of an annotation, unquoted if it was written as a string; "" for none."""
        if node is None:
            return ""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return sys.intern(" ".join(node.value.split()))
        return sys.intern(self.text(node))
