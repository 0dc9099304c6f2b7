"""The repair of a field or global that is bound again: what it held so far is released once the new one is there."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from leaklint.fixes.bind import Refused, value_of
from leaklint.fixes.document import Document, Function
from leaklint.fixes.draft import Draft, Rewrite
from leaklint.fixes.names import Held, fresh, is_held
from leaklint.fixes.scopes import declared_outside
from leaklint.fixes.target import Target
from leaklint.fixes.walking import walk


def rewrites(target: Target) -> Iterator[Rewrite]:
    """`old = self.conn`, the acquisition, `old.close()`, in each function but the constructor that binds it anew."""
    document, held = target.document, target.held
    if held.plain and held.name not in declared_outside(target.scope):
        raise Refused(f"`{held.text}` is bound again while it may still be used")
    owner = next((node for node in document.ancestors(target.taken) if isinstance(node, ast.ClassDef)), document.tree)
    for statement in walk(owner):
        if isinstance(statement, ast.Assign) and any(is_held(one, held) for one in statement.targets):
            scope = document.scope(statement)
            if isinstance(scope, Function) and scope.name != "__init__" and document.alone(statement):
                made = _released_first(target, document, statement, scope, held)
                if made is not None:
                    yield target.so_far.then(made)


def _released_first(
    target: Target, document: Document, statement: ast.Assign, scope: ast.AST, held: Held
) -> Rewrite | None:
    value = statement.value.value if isinstance(statement.value, ast.Await) else statement.value
    if not isinstance(value, ast.Call) or value_of(document, value) is not statement.value or not target.givings:
        return None
    giving = target.givings[-1].text
    waits = giving.startswith("await ")
    if waits and not isinstance(scope, ast.AsyncFunctionDef):
        return None
    old = fresh(document, scope, "old")
    margin, unit = document.indent(document.first_line(statement)), document.unit(statement)
    release = giving.replace(held.text, old, 1)
    lines = [release] if _set_by_constructor(document, statement, held) else [f"if {old} is not None:", unit + release]
    draft = Draft(document)
    draft.insert(document.first_line(statement), f"{margin}{old} = {held.text}")
    draft.insert(document.last_line(statement) + 1, *[margin + line for line in lines])
    draft.gain("\n".join([f"{old} = {held.text}", *lines]))
    return draft.finish(unit)


def _set_by_constructor(document: Document, statement: ast.stmt, held: Held) -> bool:
    """Whether the class's constructor always binds the field to something taken."""
    owner = next((node for node in document.ancestors(statement) if isinstance(node, ast.ClassDef)), None)
    init = (
        next((one for one in owner.body if isinstance(one, Function) and one.name == "__init__"), None)
        if owner
        else None
    )
    return any(
        isinstance(one, ast.Assign) and is_held(one.targets[0], held) and isinstance(one.value, (ast.Call, ast.Await))
        for one in (init.body if init is not None else [])
    )
