"""The extent of string literals, and of the expressions inside f-strings, by the rules of PEP 701.

Python before 3.12 neither parses all such f-strings nor says rightly where the expressions of the others stand.
"""

from __future__ import annotations

import dataclasses
import re

_TOKEN = re.compile(
    r"""(?P<space>[ \t\f]+|\\(?:\r\n|\r|\n))
    |(?P<comment>\#[^\r\n]*)
    |(?P<newline>\r\n|\r|\n)
    |(?P<string>(?i:rb|br|rf|fr|rt|tr|[rbuft])?(?:\"{3}|'{3}|\"|'))
    |(?P<name>\w+)
    |(?P<op>:=|[=!<>]=|->|.)""",
    re.VERBOSE | re.DOTALL,
)
_QUIET = re.compile(r"[ \t\f\r\n]+|#[^\r\n]*")
_OPENING, _CLOSING = "([{", ")]}"


class Unterminated(Exception):
    """A string or expression does not end."""


@dataclasses.dataclass(frozen=True)
class Token:
    """A piece of source text: its kind (space, comment, newline, string, name, op) and offsets. For an f- or t-string
    `expressions` holds the offsets of its expressions, those nested in a format specification after their owner's."""

    kind: str
    start: int
    end: int
    expressions: tuple[tuple[int, int], ...] = ()
    formatted: bool = False
    template: bool = False


def token(text: str, start: int) -> Token:
    """The token that begins at offset `start`. Raises Unterminated."""
    match = _TOKEN.match(text, start)
    if match is None:
        raise Unterminated
    kind = match.lastgroup or ""
    if kind != "string":
        return Token(kind, start, match.end())
    opening = match.group()
    quote = opening.lstrip("rRbBuUfFtT")
    prefix = opening[: len(opening) - len(quote)].lower()
    if "f" not in prefix and "t" not in prefix:
        return Token(kind, start, _plain_end(text, match.end(), quote))
    expressions: list[tuple[int, int]] = []
    end = _literal(text, match.end(), quote, "r" in prefix, expressions)
    return Token(kind, start, end, tuple(expressions), True, "t" in prefix)


def _plain_end(text: str, at: int, quote: str) -> int:
    while at < len(text):
        letter = text[at]
        if letter == "\\":
            at += 2
        elif text.startswith(quote, at):
            return at + len(quote)
        elif letter in "\r\n" and len(quote) == 1:
            break
        else:
            at += 1
    raise Unterminated


def _literal(text: str, at: int, quote: str, raw: bool, found: list[tuple[int, int]]) -> int:
    """Read the literal part of an f-string, from `at` to behind its closing quote."""
    while at < len(text):
        letter = text[at]
        if text.startswith(quote, at):
            return at + len(quote)
        if letter == "\\":
            at = _behind_escape(text, at, raw)
        elif text.startswith("{{", at) or text.startswith("}}", at):
            at += 2
        elif letter == "{":
            at = _replacement(text, at + 1, found)
        elif letter in "\r\n" and len(quote) == 1:
            break
        else:
            at += 1
    raise Unterminated


def _behind_escape(text: str, at: int, raw: bool) -> int:
    following = text[at + 1 : at + 2]
    if following == "N" and not raw and text.startswith("{", at + 2):
        end = text.find("}", at)
        return end + 1 if end > 0 else len(text)
    return at + 1 if following in ("{", "}") else at + 2


def _replacement(text: str, at: int, found: list[tuple[int, int]]) -> int:
    """Read `expression [=] [!conversion] [:specification] }`, from `at` to behind the brace."""
    start, index = at, len(found)
    found.append((start, start))
    depth = 0
    while True:
        piece = token(text, at)
        word = text[piece.start : piece.end] if piece.kind == "op" else ""
        if not depth and word and (word in ("!", ":", ":=", "}") or (word == "=" and _is_debug(text, piece.end))):
            break
        if word:
            depth += (word in _OPENING) - (word in _CLOSING)
        at = piece.end
    found[index] = (start, at)
    at = _behind_quiet(text, at + 1 if text[at] == "=" else at)
    if text[at : at + 1] == "!":
        while text[at : at + 1] not in (":", "}", ""):
            at += 1
    if text[at : at + 1] == ":":
        return _specification(text, at + 1, found)
    if text[at : at + 1] != "}":
        raise Unterminated
    return at + 1


def _is_debug(text: str, at: int) -> bool:
    at = _behind_quiet(text, at)
    return text[at : at + 1] in ("!", ":", "}")


def _behind_quiet(text: str, at: int) -> int:
    """The offset of what follows spaces, line ends and comments."""
    while (match := _QUIET.match(text, at)) is not None:
        at = match.end()
    return at


def _specification(text: str, at: int, found: list[tuple[int, int]]) -> int:
    while at < len(text):
        letter = text[at]
        if letter == "{":
            at = _replacement(text, at + 1, found)
        elif letter == "}":
            return at + 1
        else:
            at += 1
    raise Unterminated
