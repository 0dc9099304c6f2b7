"""What the function that a call names may return."""

from __future__ import annotations

import ast

from leaklint.fixes.document import Document, Function


def may_give_none(document: Document, call: ast.Call, index: int = -1) -> bool | None:
    """Whether the project function that is called may return None; None where it is not in this file.

    index: asks after that item of the tuples that it returns.
    """
    func = call.func
    name = func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""
    found = [node for node in ast.walk(document.tree) if isinstance(node, Function) and node.name == name]
    if not found:
        return None
    return any(_gives_none(document, one, index) for one in found)


def _gives_none(document: Document, function: ast.FunctionDef | ast.AsyncFunctionDef, index: int) -> bool:
    returns = [
        _item(node.value, index)
        for node in ast.walk(function)
        if isinstance(node, ast.Return) and document.scope(node) is function
    ]
    unset = {
        target.id
        for node in ast.walk(function)
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and _perhaps_none(node.value)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    given = (one.id for one in returns if isinstance(one, ast.Name))
    return not _ends(function.body) or any(_perhaps_none(one) for one in returns) or not unset.isdisjoint(given)


def _item(value: ast.expr | None, index: int) -> ast.expr | None:
    fits = index >= 0 and isinstance(value, ast.Tuple) and index < len(value.elts)
    return value.elts[index] if fits and isinstance(value, ast.Tuple) else value


def _perhaps_none(value: ast.expr | None) -> bool:
    """Whether a returned value may be None, as far as its own text tells."""
    if value is None or (isinstance(value, ast.Constant) and value.value is None):
        return True
    if isinstance(value, ast.IfExp):
        return _perhaps_none(value.body) or _perhaps_none(value.orelse)
    if isinstance(value, ast.BoolOp):
        return any(_perhaps_none(one) for one in value.values)
    return False


def _ends(body: list[ast.stmt]) -> bool:
    """Whether no path reaches the end of a suite."""
    last = body[-1] if body else None
    if isinstance(last, (ast.Return, ast.Raise)):
        return True
    if isinstance(last, ast.If):
        return _ends(last.body) and _ends(last.orelse)
    if isinstance(last, (ast.With, ast.AsyncWith)):
        return _ends(last.body)
    if isinstance(last, ast.Try):
        normal = _ends(last.body) or _ends(last.orelse)
        return _ends(last.finalbody) or (normal and all(_ends(handler.body) for handler in last.handlers))
    if isinstance(last, ast.While) and isinstance(last.test, ast.Constant) and last.test.value:
        return not any(isinstance(node, ast.Break) for node in ast.walk(last))
    return False
