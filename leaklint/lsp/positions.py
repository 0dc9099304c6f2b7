"""Between leaklint's positions (from 1, in characters) and those of the protocol (from 0, in units of an encoding)."""

from __future__ import annotations

from collections.abc import Sequence

from lsprotocol import types

from leaklint.source.decode import split_lines

_WIDTHS = {"utf-8": 1, "utf-16": 2, "utf-32": 4}


class Lines:
    """The lines of one text. encoding: what the client counts columns in: utf-8, utf-16 or utf-32.

    The protocol ends lines where Python's grammar does (form feeds and Unicode separators end none); positions outside
    the text are moved to its nearest end, as the protocol demands.
    """

    def __init__(self, text: str, encoding: str = "utf-16") -> None:
        self._lines: Sequence[str] = split_lines(text)
        self._codec = encoding if encoding == "utf-8" else f"{encoding}-le"
        self._width = _WIDTHS[encoding]

    def position(self, line: int, column: int) -> types.Position:
        """From leaklint's to the client's."""
        if line > len(self._lines):
            return self.end()
        before = self._lines[max(line, 1) - 1][: max(column - 1, 0)]
        return types.Position(max(line, 1) - 1, self._units(before))

    def end(self) -> types.Position:
        """The end of the text."""
        return types.Position(len(self._lines) - 1, self._units(self._lines[-1]))

    def span(self, line: int, column: int, end_line: int, end_column: int) -> types.Range:
        """A half-open region. One that is empty or turned round is widened to what stands at its start."""
        start, end = self.position(line, column), self.position(end_line, end_column)
        if (end.line, end.character) <= (start.line, start.character):
            end = self.position(line, column + 1)
        return types.Range(start, end)

    def exact(self, line: int, column: int, end_line: int, end_column: int) -> types.Range:
        """The same for an edit, which may be empty."""
        return types.Range(self.position(line, column), self.position(end_line, end_column))

    def text_at(self, line: int) -> str:
        """A line by the protocol's number; "" outside the text."""
        return self._lines[line] if 0 <= line < len(self._lines) else ""

    def column(self, position: types.Position) -> int:
        """From the client's column to an index into the line's characters."""
        line = self.text_at(position.line)
        cut = line.encode(self._codec, "surrogatepass")[: position.character * self._width]
        return len(cut.decode(self._codec, "ignore"))

    def _units(self, text: str) -> int:
        if text.isascii():
            return len(text)
        return len(text.encode(self._codec, "surrogatepass")) // self._width
