"""Giving a statement lines of its own: `if x: a; b` becomes three lines."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from leaklint.fixes.document import Document
from leaklint.fixes.draft import Rewrite

_SUITES = ("body", "orelse", "finalbody")
_FOLDED = re.compile(r":(?:[ \t]|\\\r?\n)*\Z")


def unfold(document: Document, wanted: Iterable[ast.stmt]) -> Rewrite:
    """Unfold the lines that these statements share with others. No statement changes."""
    lines = {
        line
        for one in wanted
        if not document.alone(one)
        for line in (document.first_line(one), document.last_line(one))
    }
    if not lines:
        return Rewrite(document.text)
    touched = [k for k, one in enumerate(document.sections) if any(one.stands_on(line) for line in lines)]
    outermost = [one.node for one in document.sections[touched[0] : touched[-1] + 2]]
    changes = _suite(document, document.tree, outermost, lines)
    for node in (one for k in touched for one in document.sections[k].nodes):
        for name in _SUITES:
            suite = getattr(node, name, None)
            if isinstance(suite, list) and suite and isinstance(suite[0], ast.stmt):
                changes += _suite(document, node, suite, lines)
    text = document.text
    for start, end, new in sorted(changes, reverse=True):
        text = text[:start] + new + text[end:]
    return Rewrite(text)


def _suite(document: Document, owner: ast.AST, suite: list[ast.stmt], lines: set[int]) -> list[tuple[int, int, str]]:
    first = document.first_line(suite[0])
    start = document.extent(suite[0])[0]
    head = document.text[max(0, start - 400) : start]
    folded = None if isinstance(owner, ast.Module) else _FOLDED.search(head)
    margin = document.indent(first)
    found: list[tuple[int, int, str]] = []
    if folded:
        margin = document.indent(document.first_line(owner)) + document.unit(owner)
        if first in lines:
            found.append((start - len(head) + folded.start() + 1, start, document.newline + margin))
    for one, after in zip(suite, [*suite[1:], None]):
        end = document.extent(one)[1]
        line = document.last_line(one)
        if line not in lines:
            continue
        tail = document.text[end : document.starts[min(line, len(document.lines))]]
        if after is None:
            if tail.lstrip(" \t").startswith(";"):
                found.append((end, end + tail.index(";") + 1, ""))
        elif tail.lstrip(" \t\\").startswith(";"):
            begin = document.extent(after)[0]
            if ";" in document.text[end:begin]:
                found.append((end, begin, document.newline + margin))
    return found
