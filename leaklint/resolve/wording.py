"""What the words of a text tell while it is not parsed. starts: the offsets in it at which its lines begin."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence

from leaklint.source.occurrences import find

_WORD = re.compile(r"\w+")
_ASSIGNED = re.compile(r"\.(\w+)\s*(?::[^=\n]*)?=(?!=)")


def attributes_assigned(text: str) -> frozenset[str]:
    """Names that a text assigns as attributes of something."""
    return frozenset(_ASSIGNED.findall(text))


def says(text: str, wanted: Iterable[str]) -> bool:
    """Whether a text has one of these anywhere."""
    return any(one in text for one in wanted)


def lines_with(text: str, starts: Sequence[int], word: str) -> list[int]:
    """The lines (from 1) in which the identifier `word` occurs, comments and strings included."""
    lines: list[int] = []
    at = find(text, word)
    while at >= 0:
        line = bisect_right(starts, at)
        lines.append(line)
        # What else is in that line says nothing new.
        at = find(text, word, starts[line]) if line < len(starts) else -1
    return lines


def lines_of_words(text: str, starts: Sequence[int]) -> dict[str, list[int]]:
    """The same of every word of a text."""
    found: dict[str, list[int]] = {}
    line = 1
    for match in _WORD.finditer(text):
        at = match.start()
        while line < len(starts) and starts[line] <= at:
            line += 1
        lines = found.setdefault(match.group(), [])
        if not lines or lines[-1] != line:
            lines.append(line)
    return found


def times(text: str, starts: Sequence[int], word: str, lines: Iterable[int]) -> int:
    """How often the identifier `word` occurs in these lines."""
    whole = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)")
    ends = ((line, starts[line] if line < len(starts) else len(text)) for line in lines)
    return sum(len(whole.findall(text, starts[line - 1], end)) for line, end in ends)
