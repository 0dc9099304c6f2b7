"""The repair "hoist-acquisition": what the `finally:` releases is taken in front of its `try:`, or asked after."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from leaklint.fixes.bind import Refused
from leaklint.fixes.document import Document
from leaklint.fixes.draft import Draft, Rewrite
from leaklint.fixes.enclose import Try
from leaklint.fixes.target import Target, meant_before
from leaklint.fixes.walking import walk


def rewrites(target: Target) -> Iterator[tuple[Rewrite, bool]]:
    """The acquisition moved up, or guarded; with each whether it is safe: no handler sees other exceptions."""
    document = target.document
    place = document.place(target.taken)
    attempt = next((node for node in document.ancestors(target.taken) if isinstance(node, Try)), None)
    if attempt is None or not isinstance(attempt, ast.Try) or not target.held.plain:
        raise Refused("it is not taken in a `try:`")
    margin, unit = document.indent(document.first_line(attempt)), document.unit(target.taken)
    if place.owner is attempt and place.index == 0 and len(place.suite) > 1 and place.field == "body":
        draft = Draft(document)
        first, last = document.first_line(target.taken), document.last_line(target.taken)
        inner = document.indent(first)
        moved = [
            margin + line[len(inner) :] if line.startswith(inner) and not document.in_string(k) else line
            for k, line in ((k, document.lines[k - 1].rstrip("\r\n")) for k in range(first, last + 1))
        ]
        draft.delete(first, last)
        draft.insert(document.first_line(attempt), *moved)
        yield target.so_far.then(draft.finish(unit)), not attempt.handlers
    yield from _guarded(target, document, attempt, margin, unit)


def _guarded(
    target: Target, document: Document, attempt: ast.Try, margin: str, unit: str
) -> Iterator[tuple[Rewrite, bool]]:
    """None first, and the release only where it is not None."""
    releases = target.givings[0].releases if target.givings else None
    if releases is None:
        return
    draft = Draft(document)
    outer = document.place(attempt)
    given = any(
        isinstance(one, ast.Assign) and ast.unparse(one) == f"{target.held.name} = None"
        for one in outer.suite[: outer.index]
    )
    units = [one for one in walk(attempt) if isinstance(one, ast.stmt) and releases.is_unit(one)]
    if not given and meant_before(target, [attempt], units):
        return
    if not given:
        draft.insert(document.first_line(attempt), f"{margin}{target.held.name} = None")
        draft.gain(f"{target.held.name} = None")
    test = f"if {target.held.name} is not None:"
    found = False
    suites = [attempt.finalbody, *(handler.body for handler in attempt.handlers)]
    for one in (node for suite in suites for statement in suite for node in walk(statement)):
        if isinstance(one, ast.Expr) and releases.is_unit(one) and document.alone(one):
            inner = document.indent(document.first_line(one))
            draft.shift(document.first_line(one), document.last_line(one), 1, inner)
            draft.insert(document.first_line(one), inner + test)
            draft.gain(f"{test}\n pass")
            found = True
    if found:
        yield target.so_far.then(draft.finish(unit)), True
