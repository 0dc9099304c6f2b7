"""Binding what is taken to a second name, for what its first name may not stand for alone."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from leaklint.fixes.document import Document, read
from leaklint.fixes.draft import Draft, Rewrite, statements
from leaklint.fixes.names import fresh
from leaklint.fixes.target import Target


@dataclass(frozen=True)
class SecondName:
    """The text in which the acquisition `taken` binds `name`, too, on the same lines as before. `rewrite` is the step
    from the target's document."""

    name: str
    document: Document
    taken: ast.stmt
    rewrite: Rewrite


def second_name(target: Target) -> SecondName:
    """Bind what is taken to a name of its own: `conn = opened_conn = connect()`."""
    wish = target.held.text.rpartition(".")[2]
    name = fresh(target.document, target.scope, f"opened_{wish if wish.isidentifier() else target.held.name}")
    new = read(_text(target, name))
    taken = next(
        node
        for section in new.on_lines(target.taken.lineno, target.taken.lineno)
        for node in section.nodes
        if isinstance(node, ast.stmt)
        and node.lineno == target.taken.lineno
        and node.col_offset == target.taken.col_offset
    )
    draft = Draft(target.document)
    draft.lose(target.taken)
    draft.gained.update(statements(taken))
    return SecondName(name, new, taken, Rewrite(new.text, draft.lost, draft.gained))


def _text(target: Target, name: str) -> str:
    document = target.document
    assert isinstance(target.taken, (ast.Assign, ast.AnnAssign))
    parent = document.parents[target.call]
    value = parent if isinstance(parent, ast.Await) else target.call
    start, end = document.extent(value)
    source = document.text[start:end]
    whole = value is target.taken.value and isinstance(target.taken, ast.Assign)
    new = f"{name} = {source}" if whole else f"({name} := {source})"
    return document.text[:start] + new + document.text[end:]
