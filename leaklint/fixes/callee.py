"""What the function that a call names may return: nothing, its own argument, a function that needs its argument."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from leaklint.fixes.document import Document, Function
from leaklint.fixes.scopes import bound_names
from leaklint.fixes.walking import children, walk


def may_give_none(document: Document, call: ast.Call, index: int = -1) -> bool | None:
    """Whether the project function that is called may return None; None where it is not in this file.

    index: asks after that item of the tuples that it returns.
    """
    found = _called(document, call)
    if not found:
        return None
    return any(_gives_none(one, index) for one in found)


def passed_through(document: Document, call: ast.Call, index: int = -1) -> list[ast.expr]:
    """What the project function that is called may return that was there before: arguments of the call, fields of its
    receiver, variables of the module; as the caller would write it.

    index: asks after that item of the tuples that it returns.
    """
    found: list[ast.expr] = []
    for function in _called(document, call):
        given = _given(call, function)
        own = {name for one in function.body for name in bound_names(one)}
        copies: dict[str, list[ast.expr]] = {}
        for node in walk(function):
            if isinstance(node, ast.Assign):
                for one in node.targets:
                    if isinstance(one, ast.Name):
                        copies.setdefault(one.id, []).append(node.value)
        for node in _returns(function):
            for value in _choices(_item(node.value, index)):
                first = copies.get(value.id, [value]) if isinstance(value, ast.Name) else [value]
                for old in [*first, value]:
                    there = _as_called(old, given, own)
                    if there is not None:
                        found.append(there)
    return found


def _as_called(value: ast.expr, given: dict[str, ast.expr], own: set[str]) -> ast.expr | None:
    """A value of the function in the caller's terms; None where it is no variable or field that was there before."""
    if isinstance(value, ast.Attribute):
        base = _as_called(value.value, given, own)
        return ast.Attribute(base, value.attr, ast.Load()) if base is not None else None
    if not isinstance(value, ast.Name):
        return None
    if value.id in given:
        return given[value.id] if not isinstance(given[value.id], ast.Constant) else None
    return None if value.id in own else value


def keeps_argument(document: Document, call: ast.Call, held: Callable[[ast.expr], bool]) -> bool:
    """Whether the function that is called returns a function of its own that works with an argument that is `held`."""
    for function in _called(document, call):
        names = {name for name, value in _given(call, function).items() if held(value)}
        inner = {one.name: one for one in function.body if isinstance(one, Function)}
        for node in walk(function):
            value = node.value if isinstance(node, ast.Return) else None
            made = (
                inner.get(value.id) if isinstance(value, ast.Name) else value if isinstance(value, ast.Lambda) else None
            )
            if made is not None and any(isinstance(one, ast.Name) and one.id in names for one in walk(made)):
                return True
    return False


def _called(document: Document, call: ast.Call) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """The functions of the file that a call may mean by their name: methods for `x.name()`, if there are any, and
    others for `name()`."""
    func = call.func
    name = func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""
    named = [
        one
        for section in document.sections
        if name in section.text or not section.text.isascii()
        for one in section.shape.functions.get(name, ())
    ]
    found = sorted(named, key=lambda one: one.depth)
    fitting = [one for one in found if one.method is isinstance(func, ast.Attribute)]
    return [one.node for one in fitting or found]


def _returns(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.Return]:
    """The statements by which the function itself returns, outer ones first."""
    suites: list[ast.AST] = [function]
    for node in suites:
        if isinstance(node, ast.Return):
            yield node
        elif node is function or not isinstance(node, (*Function, ast.ClassDef, ast.expr)):
            suites.extend(children(node))


def _given(call: ast.Call, function: ast.FunctionDef | ast.AsyncFunctionDef) -> dict[str, ast.expr]:
    """What a call gives for the function's parameters, as far as its text tells; the others have their defaults."""
    names = [one.arg for one in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)]
    given: dict[str, ast.expr] = {name: ast.Constant(None) for name in names}
    if names[:1] in (["self"], ["cls"]):
        given[names[0]] = call.func.value if isinstance(call.func, ast.Attribute) else ast.Constant(None)
        names = names[1:]
    given.update(zip(names, call.args))
    given.update((one.arg, one.value) for one in call.keywords if one.arg is not None)
    return given


def _choices(value: ast.expr | None) -> Iterator[ast.expr]:
    """The values that one of which an expression gives."""
    if isinstance(value, ast.IfExp):
        yield from _choices(value.body)
        yield from _choices(value.orelse)
    elif isinstance(value, ast.BoolOp):
        for one in value.values:
            yield from _choices(one)
    elif value is not None:
        yield value


def _gives_none(function: ast.FunctionDef | ast.AsyncFunctionDef, index: int) -> bool:
    returns = [_item(node.value, index) for node in _returns(function)]
    unset = {
        target.id
        for node in walk(function)
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
        return not any(isinstance(node, ast.Break) for node in walk(last))
    return False
