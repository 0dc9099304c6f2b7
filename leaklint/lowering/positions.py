"""Where a syntax node stands, in characters, and the text that it spans."""

from __future__ import annotations

import ast
import re
from typing import Any

from leaklint.model import Span

_NEWLINE = re.compile(r"\r\n|\r|\n")


class Positions:
    """The lines of one file. Python's parser counts columns in UTF-8 bytes from 0, Span in characters from 1."""

    __slots__ = ("_ascii", "_bytes", "_lines", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._ascii = text.isascii()
        self._lines: list[str] | None = None
        self._bytes: dict[int, bytes | None] = {}

    @property
    def lines(self) -> list[str]:
        """The lines without their ends, split where Python's tokenizer splits them."""
        if self._lines is None:
            self._lines = _NEWLINE.split(self._text)
        return self._lines

    def column(self, line: int, offset: int) -> int:
        """The 1-based character column of the byte `offset` in `line`."""
        if self._ascii:
            return offset + 1
        encoded = self._bytes.get(line, b"")
        if encoded == b"":
            content = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
            encoded = None if content.isascii() else content.encode("utf-8", "surrogatepass")
            self._bytes[line] = encoded
        if encoded is None:
            return offset + 1
        return len(encoded[:offset].decode("utf-8", "ignore")) + 1

    def span(self, node: Any) -> Span:
        """The extent of a node that has one."""
        if self._ascii:
            return Span(node.lineno, node.col_offset + 1, node.end_lineno, node.end_col_offset + 1)
        line, end = node.lineno, node.end_lineno
        return Span(line, self.column(line, node.col_offset), end, self.column(end, node.end_col_offset))

    def text(self, node: ast.AST) -> str:
        """The source text of an expression, on one line."""
        span = self.span(node)
        lines = self.lines[span.line - 1 : span.end_line]
        if not lines:
            return ""
        if len(lines) == 1:
            return lines[0][span.column - 1 : span.end_column - 1]
        lines[-1] = lines[-1][: span.end_column - 1]
        lines[0] = lines[0][span.column - 1 :]
        return " ".join(" ".join(lines).split())

    def annotation(self, node: ast.AST | None) -> str:
        """The source text of an annotation, unquoted if it was written as a string; "" for none."""
        if node is None:
            return ""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return " ".join(node.value.split())
        return self.text(node)
