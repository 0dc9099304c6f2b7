"""How a text uses a word that names something in a library, told from where the word occurs.

Most files that hold such a word (`connect`, `Session`) hold it in a sentence, or as the name of something of their own.
Nothing is parsed here: what cannot be told from the characters around a word counts.
"""

from __future__ import annotations

import enum
import keyword
import re

_NAME = re.compile(r"\w+")
_RENAMED = re.compile(r"[ \t]+as\b")
ASKING = "getattr"
"""What a text holds that asks for attributes by names that are texts, wherever that stands."""
_BLANK = (" ", "\t")
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
    at = text.find(word)
    while at >= 0:
        end = at + len(word)
        if not in_word(text[at - 1 : at]) and not in_word(text[end : end + 1]):
            found = _use_at(text, at, end)
            if found == Use.VALUE:
                return found
            most = max(most, found)
        at = text.find(word, end)
    return most


def _use_at(text: str, start: int, end: int) -> Use:
    before = start - 1
    while before >= 0 and text[before] in _BLANK:
        before -= 1
    after = end
    while text[after : after + 1] in _BLANK:
        after += 1
    line = text[max(text.rfind(ending, 0, start) for ending in "\n\r;") + 1 : start]
    if "import" in line:
        return _imported(line, text, end)
    if after > end and (beside := _NAME.match(text, after)) and beside[0] not in _BESIDE_NAMES:
        return Use.NONE
    if before < start - 1 and before >= 0 and in_word(text[before]):
        return Use.NAME if _word_before(text, before).lstrip("0123456789") in _BESIDE_NAMES else Use.NONE
    while before >= 0 and text[before] in _SPACE:
        before -= 1
    opening = text[before] if before >= 0 else ""
    if opening == ".":
        is_set = text[after : after + 1] == "=" and text[after + 1 : after + 2] != "="
        return Use.NONE if is_set else Use.VALUE
    if opening and opening in "'\"" and before == start - 1 and text[end : end + 1] == opening and ASKING in text:
        return Use.VALUE
    return Use.NAME


def _imported(line: str, text: str, end: int) -> Use:
    """Behind `import` in a line: a name only where it gets another one, or where the line is unusual."""
    if not line.lstrip().startswith(("import ", "from ", "import\t", "from\t")):
        return Use.VALUE
    return Use.NAME if _RENAMED.match(text, end) else Use.NONE


def _word_before(text: str, last: int) -> str:
    first = last
    while first >= 0 and in_word(text[first]):
        first -= 1
    return text[first + 1 : last + 1]


def in_word(character: str) -> bool:
    """Whether a character, if there is one, belongs to an identifier."""
    return character.isalnum() or character == "_"
