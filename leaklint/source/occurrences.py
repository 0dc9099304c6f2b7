"""How a text uses a word that names something in a library, told from where the word occurs.

Most files that hold such a word (`connect`, `Session`) hold it in a sentence, or as the name of something of their own.
Nothing is parsed here: what cannot be told from the characters around a word counts.
"""

from __future__ import annotations

import enum
import keyword
import re

_BEHIND = re.compile(r"[ \t]+(\w+)")
_ASSIGNED = re.compile(r"[ \t]*=(?!=)")
_RENAMED = re.compile(r"[ \t]+as\b")
ASKING = "getattr"
"""What a text holds that asks for attributes by names that are texts, wherever that stands."""
_BLANK = " \t"
_SPACE = " \t\r\n\\"
_BESIDE_NAMES = frozenset({*keyword.kwlist, "case", "match", "type"})
"""Words that may stand right beside a name in code."""


class Use(enum.IntEnum):
    """What a word is to a text. NONE: nothing that has a value. NAME: a variable's name, which counts where the file
    has it from elsewhere. VALUE: that of an attribute, or of something by a name that is asked for as a text."""

    NONE = 0
    NAME = 1
    VALUE = 2


def use_of(text: str, word: str) -> Use:
    """The most that an identifier may be to a text."""
    most = Use.NONE
    at = find(text, word)
    while at >= 0:
        end = at + len(word)
        found = use_at(text, at, end)
        if found == Use.VALUE:
            return found
        most = max(most, found)
        at = find(text, word, end)
    return most


def find(text: str, word: str, start: int = 0) -> int:
    """Where a word first stands as a whole identifier, from an offset on; -1 where it does not."""
    at = text.find(word, start)
    while at >= 0:
        end = at + len(word)
        if not in_word(text[at - 1 : at]) and not in_word(text[end : end + 1]):
            break
        at = text.find(word, end)
    return at


def use_at(text: str, start: int, end: int) -> Use:
    """What the identifier between two offsets is to a text."""
    before = _line_before(text, start)
    if "import" in before:
        return _imported(before, text, end)
    behind = _BEHIND.match(text, end)
    if behind is not None and behind[1] not in _BESIDE_NAMES:
        return Use.NONE
    ahead = _word_ahead(before)
    if ahead:
        return Use.NAME if ahead.lstrip("0123456789") in _BESIDE_NAMES else Use.NONE
    if _follows_dot(text, start):
        return Use.NONE if _ASSIGNED.match(text, end) else Use.VALUE
    if ASKING in text and _is_whole_string(text, start, end):
        return Use.VALUE
    return Use.NAME


def _line_before(text: str, start: int) -> str:
    """What stands in front of an offset in its line, or behind the last semicolon there."""
    line = text[text.rfind("\n", 0, start) + 1 : start]
    return line[max(line.rfind("\r"), line.rfind(";")) + 1 :]


def _word_ahead(before: str) -> str:
    """The word that only blanks part from the end of a text."""
    trimmed = before.rstrip(_BLANK)
    if trimmed == before:
        return ""
    first = len(trimmed)
    while first and in_word(trimmed[first - 1]):
        first -= 1
    return trimmed[first:]


def _follows_dot(text: str, start: int) -> bool:
    """Whether the last thing in front of an offset, blanks and line ends aside, is a dot."""
    before = start - 1
    while before >= 0 and text[before] in _SPACE:
        before -= 1
    return before >= 0 and text[before] == "."


def _is_whole_string(text: str, start: int, end: int) -> bool:
    quote = text[start - 1 : start]
    return quote in ("'", '"') and text[end : end + 1] == quote


def _imported(line: str, text: str, end: int) -> Use:
    """Behind `import` in a line: a name only where it gets another one, or where the line is unusual."""
    if not line.lstrip().startswith(("import ", "from ", "import\t", "from\t")):
        return Use.VALUE
    return Use.NAME if _RENAMED.match(text, end) else Use.NONE


def in_word(character: str) -> bool:
    """Whether a character, if there is one, belongs to an identifier."""
    return character.isalnum() or character == "_"
