"""Colours for terminals: a style is a word, and painting is a function, so that plain output is the same code."""

from __future__ import annotations

from collections.abc import Callable

Paint = Callable[[str, str], str]

_CODES = {
    "error": "1;31",
    "warning": "1;33",
    "note": "1;36",
    "path": "1",
    "code": "1",
    "gutter": "34",
    "step": "36",
    "help": "32",
    "dim": "2",
}


def plain(text: str, style: str) -> str:
    """`text` as it is."""
    return text


def ansi(text: str, style: str) -> str:
    """`text` between the escapes of `style`; an empty text stays empty."""
    return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if text else text


def painter(color: bool) -> Paint:
    """`ansi` where colours are wanted, else `plain`."""
    return ansi if color else plain
