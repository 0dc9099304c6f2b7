"""What may be done to what a word stands for, told from the characters around it: a body in which it is only read need
not be lowered to find what is assigned, stored or called there.

What cannot be told counts. Comments and strings are not told from code: a word counts there, too, unless it stands as
it never could in code, beside a backquote or as one of a sentence.
"""

from __future__ import annotations

import enum
import re

from leaklint.source.occurrences import Use, find, use_at

PUTTING = frozenset({"append", "add", "put", "put_nowait", "appendleft", "insert", "setdefault", "push"})
"""Methods that put something into a container."""
_BEHIND = re.compile(r"[ \t]*([.(\[])[ \t]*(\w*)")
_FURTHER = re.compile(r"[\s\\]*[.(\[]")
_DEFINED = re.compile(r"\b(?:def|class)[ \t]+\Z")
_ANNOTATED = re.compile(r"(?::|->)[ \t]*\Z")


class Role(enum.Enum):
    """ASSIGNED: an attribute gets a value, or its type is stated. FILLED: something is put into a container. CALLED: a
    function is called, or passed on."""

    ASSIGNED = enum.auto()
    FILLED = enum.auto()
    CALLED = enum.auto()


def may_be(role: Role, text: str, word: str, start: int = 0, end: int | None = None) -> bool:
    """Whether the identifier `word` may be this anywhere between two offsets of a text."""
    test, last = _TESTS[role], len(text) if end is None else end
    at = find(text, word, start)
    while 0 <= at < last:
        behind = at + len(word)
        if text[at - 1 : at] != "`" and text[behind : behind + 1] != "`" and test(text, at, behind):
            return True
        at = find(text, word, behind)
    return False


def _is_assigned(text: str, start: int, end: int) -> bool:
    if text[end : end + 1] in ("(", ".", "[") or _FURTHER.match(text, end):
        return False
    before = _line_before(text, start)
    return before.rstrip()[-1:] == "." or not before.strip()


def _is_filled(text: str, start: int, end: int) -> bool:
    behind = _BEHIND.match(text, end)
    if behind is not None and (behind[1] == "(" or (behind[1] == "." and behind[2] and behind[2] not in PUTTING)):
        return False
    return use_at(text, start, end) != Use.NONE


def _is_called(text: str, start: int, end: int) -> bool:
    before = _line_before(text, start)
    if before[-1:] in (" ", "\t", ":", ">"):
        if _DEFINED.search(before) or (_ANNOTATED.search(before) and not _FURTHER.match(text, end)):
            return False
    return use_at(text, start, end) != Use.NONE


def _line_before(text: str, start: int) -> str:
    return text[text.rfind("\n", 0, start) + 1 : start]


_TESTS = {Role.ASSIGNED: _is_assigned, Role.FILLED: _is_filled, Role.CALLED: _is_called}
