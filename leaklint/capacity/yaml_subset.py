"""The part of YAML that Compose files and Kubernetes manifests use, with the line of each value.

Block mappings and sequences, plain and quoted scalars, one-line flow sequences, literal and folded blocks, documents
parted by `---`. Anchors, tags, templates and flow mappings are not understood; a file with them raises NotUnderstood,
and is not guessed at.
"""

from __future__ import annotations

import re
from typing import NamedTuple

Path = tuple[str | int, ...]
_KEY = re.compile(
    r"""^(?P<key>"[^"]*"|'[^']*'|[^\s#&*!|>'"%@`{}\[\],?:-][^#:]*?|-[^\s#:][^#:]*?)\s*:(?:\s+(?P<rest>.*))?$"""
)
_COMMENT = re.compile(r"(?:^|\s)#.*$")
_DEEPEST = 30
_LARGEST = 400_000


class NotUnderstood(Exception):
    """The text is YAML that this does not read; the line and what it is."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(f"{what}")
        self.line = line
        self.what = what


class Scalar(NamedTuple):
    """A value as written (quotes removed), or the items of a flow sequence, and its line (from 1)."""

    text: str
    line: int
    items: tuple[str, ...] = ()


class _Level(NamedTuple):
    indent: int
    path: Path


def documents(text: str) -> list[dict[Path, Scalar]]:
    """Each document as its scalars by path. Raises NotUnderstood."""
    if len(text) > _LARGEST:
        raise NotUnderstood(1, "a file this large")
    found: list[dict[Path, Scalar]] = [{}]
    lines = text.split("\n")
    levels: list[_Level] = [_Level(-1, ())]
    counts: dict[Path, int] = {}
    index = 0
    while index < len(lines):
        raw = lines[index].rstrip("\r")
        number = index + 1
        index += 1
        if raw.startswith(("---", "...")):
            found.append({})
            levels, counts = [_Level(-1, ())], {}
            continue
        body = _without_comment(raw)
        if not body.strip():
            continue
        if "\t" in body[: len(body) - len(body.lstrip())]:
            raise NotUnderstood(number, "a tab as indentation")
        index = _line(body, number, index, lines, levels, counts, found[-1])
    return [one for one in found if one]


def _line(
    body: str,
    number: int,
    index: int,
    lines: list[str],
    levels: list[_Level],
    counts: dict[Path, int],
    found: dict[Path, Scalar],
) -> int:
    """One line; returns the index of the next to read."""
    indent = len(body) - len(body.lstrip(" "))
    rest = body.strip()
    while rest == "-" or rest.startswith("- "):
        while levels[-1].indent > indent or (levels[-1].indent == indent and _is_item(levels[-1])):
            levels.pop()
        if len(levels) > _DEEPEST:
            raise NotUnderstood(number, "nesting this deep")
        parent = levels[-1].path
        count = counts[parent] = counts.get(parent, -1) + 1
        item: Path = (*parent, count)
        levels.append(_Level(indent, item))
        found[item] = Scalar("", number)
        inner = rest[1:].lstrip()
        indent += len(rest) - len(inner)
        rest = inner
    if not rest:
        return index
    if len(levels) > _DEEPEST:
        raise NotUnderstood(number, "nesting this deep")
    match = _KEY.match(rest)
    if match is None:
        levels_path = levels[-1].path
        if levels_path and isinstance(levels_path[-1], int):
            found[levels_path] = _scalar(rest, number)
            return index
        known = found.get(levels_path)
        if known is not None and indent > levels[-1].indent and not known.items and rest[:1] not in "{&*!":
            found[levels_path] = known._replace(text=f"{known.text} {rest}".strip())
            return index
        raise NotUnderstood(number, f"`{rest[:30]}`")
    while levels[-1].indent >= indent and not (_is_item(levels[-1]) and levels[-1].indent < indent):
        levels.pop()
    path = (*levels[-1].path, match["key"].strip("\"'"))
    value = (match["rest"] or "").strip()
    levels.append(_Level(indent, path))
    if re.fullmatch(r"[|>][+-]?\d?", value):
        block, index = _block(lines, index, indent)
        found[path] = Scalar(block, number)
        return index
    found[path] = _scalar(value, number)
    return index


def _is_item(level: _Level) -> bool:
    return bool(level.path) and isinstance(level.path[-1], int)


def _scalar(text: str, line: int) -> Scalar:
    if text[:1] in ("&", "*", "!") or text[:2] == "{{":
        raise NotUnderstood(line, f"`{text[:30]}`")
    if text[:1] == "[":
        if not text.endswith("]"):
            raise NotUnderstood(line, "a list over several lines")
        inner = re.findall(r"\"((?:[^\"\\]|\\.)*)\"|'([^']*)'|([^\s,\[\]\"'][^,\[\]]*)", text[1:-1])
        return Scalar(text, line, tuple((a or b or c).strip() for a, b, c in inner))
    if text[:1] in "\"'" and len(text) > 1 and text[-1] == text[0]:
        return Scalar(text[1:-1], line)
    return Scalar(text, line)


def _block(lines: list[str], index: int, indent: int) -> tuple[str, int]:
    taken = []
    while index < len(lines):
        line = lines[index]
        if line.strip() and len(line) - len(line.lstrip(" ")) <= indent:
            break
        taken.append(line.strip())
        index += 1
    return "\n".join(taken).strip(), index


def _without_comment(line: str) -> str:
    """The line without its comment; a `#` inside quotes is none."""
    quote = ""
    for position, char in enumerate(line):
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char == "#" and (position == 0 or line[position - 1] in " \t"):
            return line[:position]
    return line
