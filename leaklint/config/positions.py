"""Where each key and value of a TOML document stands. TOML parsers do not say, and errors need a place.

The text is known to be valid TOML (it was parsed before), so this only has to find its way, not to judge.
"""

from __future__ import annotations

import contextlib
import re

KeyPath = tuple[str | int, ...]
Position = tuple[int, int]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}#\n]*")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_ESCAPED = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b"}
_DEEPEST = 60


def positions(text: str) -> dict[KeyPath, Position]:
    """Key path -> line and column of its key; an element of an array is reached by its index and stands at its value.

    Stops where it loses its way; the paths found so far are right.
    """
    scan = _Scan(text)
    with contextlib.suppress(_Lost):
        scan.document()
    return {path: _line_and_column(text, offset) for path, offset in scan.found.items()}


def nearest(found: dict[KeyPath, Position], path: KeyPath) -> Position:
    """The position of `path`, or of the closest thing around it that has one; (1, 1) at worst."""
    for length in range(len(path), 0, -1):
        if path[:length] in found:
            return found[path[:length]]
    return (1, 1)


def _line_and_column(text: str, offset: int) -> Position:
    return text.count("\n", 0, offset) + 1, offset - (text.rfind("\n", 0, offset) + 1) + 1


class _Lost(Exception):
    pass


class _Scan:
    """One pass over a document: `at` is the offset reached, `found` what stands where."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found: dict[KeyPath, int] = {}
        self.lengths: dict[KeyPath, int] = {}

    def document(self) -> None:
        prefix: KeyPath = ()
        while True:
            self.skip(_BLANK)
            if self.at >= len(self.text):
                return
            if self.text.startswith("[", self.at):
                prefix = self.header()
            else:
                self.pair(prefix, 0)

    def header(self) -> KeyPath:
        is_array = self.text.startswith("[[", self.at)
        self.at += 2 if is_array else 1
        start, keys = self.key()
        self.expect("]]" if is_array else "]")
        path: KeyPath = ()
        for key in keys[:-1]:
            path = self.innermost((*path, key))
            self.found.setdefault(path, start)
        path = (*path, keys[-1])
        if not is_array:
            path = self.innermost(path)
            self.found.setdefault(path, start)
            return path
        index = self.lengths.get(path, 0)
        self.lengths[path] = index + 1
        self.found.setdefault(path, start)
        table = (*path, index)
        self.found[table] = start
        return table

    def innermost(self, path: KeyPath) -> KeyPath:
        """A header that goes through an array of tables means its last table."""
        return (*path, self.lengths[path] - 1) if path in self.lengths else path

    def pair(self, prefix: KeyPath, depth: int) -> None:
        start, keys = self.key()
        self.expect("=")
        path = prefix
        for key in keys:
            path = (*path, key)
            self.found.setdefault(path, start)
        self.value(path, depth)

    def key(self) -> tuple[int, list[str]]:
        self.skip(_SPACE)
        start, keys = self.at, [self.simple_key()]
        while True:
            self.skip(_SPACE)
            if not self.text.startswith(".", self.at):
                return start, keys
            self.at += 1
            self.skip(_SPACE)
            keys.append(self.simple_key())

    def simple_key(self) -> str:
        if match := _BARE_KEY.match(self.text, self.at):
            self.at = match.end()
            return match.group()
        if match := _STRING.match(self.text, self.at):
            self.at = match.end()
            return _unquote(match.group())
        raise _Lost

    def value(self, path: KeyPath, depth: int) -> None:
        if depth > _DEEPEST:
            raise _Lost
        self.skip(_SPACE)
        if self.text.startswith("[", self.at):
            self.array(path, depth)
        elif self.text.startswith("{", self.at):
            self.inline_table(path, depth)
        elif match := _STRING.match(self.text, self.at) or _SCALAR.match(self.text, self.at):
            self.at = match.end()

    def array(self, path: KeyPath, depth: int) -> None:
        self.at += 1
        index = 0
        while True:
            self.skip(_BLANK)
            if self.text.startswith("]", self.at):
                self.at += 1
                return
            element = (*path, index)
            self.found[element] = self.at
            self.value(element, depth + 1)
            index += 1
            self.separator("]")

    def inline_table(self, path: KeyPath, depth: int) -> None:
        self.at += 1
        while True:
            self.skip(_BLANK)
            if self.text.startswith("}", self.at):
                self.at += 1
                return
            self.pair(path, depth + 1)
            self.separator("}")

    def separator(self, end: str) -> None:
        self.skip(_BLANK)
        if self.text.startswith(",", self.at):
            self.at += 1
        elif not self.text.startswith(end, self.at):
            raise _Lost

    def skip(self, pattern: re.Pattern[str]) -> None:
        if match := pattern.match(self.text, self.at):
            self.at = match.end()

    def expect(self, literal: str) -> None:
        self.skip(_SPACE)
        if not self.text.startswith(literal, self.at):
            raise _Lost
        self.at += len(literal)


def _unquote(literal: str) -> str:
    if literal.startswith("'"):
        return literal[1:-1]
    return _ESCAPE.sub(_unescape, literal[1:-1])


def _unescape(match: re.Match[str]) -> str:
    digits = match.group(1) or match.group(2)
    if digits:
        return chr(int(digits, 16))
    return _ESCAPED.get(match.group(3), match.group(3))
