"""Where a variable's name stands for that variable: nested scopes that bind the name mean another one."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from leaklint.fixes.walking import children, walk

Function = (ast.FunctionDef, ast.AsyncFunctionDef)
Scope = (*Function, ast.Lambda, ast.ClassDef, ast.Module)
_Names = frozenset[str]
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_OWNING = (*_COMPREHENSIONS, *Function, ast.Lambda)


def bound_names(node: ast.AST) -> Iterator[str]:
    """The variables that a statement binds, those of nested scopes left out."""
    return _bound(node, nested=False)


def bound_within(node: ast.stmt) -> Iterator[str]:
    """The variables that a statement, or one that stands anywhere in it, binds in its own scope."""
    return _bound(node, nested=True)


def bound_behind(scope: ast.AST, line: int) -> Iterator[str]:
    """The variables that the statements behind a line bind, those of nested functions included."""
    stack = [scope]
    while stack:
        one = stack.pop()
        if isinstance(one, ast.stmt) and one.lineno > line:
            yield from bound_within(one)
        else:
            stack += children(one)


def own_nodes(scope: ast.AST) -> list[ast.AST]:
    """The nodes of a scope in the order of `ast.walk`, without what stands in nested ones."""
    nodes = [scope]
    for node in nodes:
        if node is scope or not isinstance(node, Scope):
            nodes += children(node)
    return nodes


def _bound(node: ast.AST, *, nested: bool) -> Iterator[str]:
    stack: list[ast.AST] = [node]
    while stack:
        one = stack.pop()
        if isinstance(one, (*Function, ast.ClassDef)):
            yield one.name
            stack.extend(one.body if nested else ())
            continue
        if isinstance(one, ast.Lambda):
            continue
        if isinstance(one, ast.Name) and isinstance(one.ctx, (ast.Store, ast.Del)):
            yield one.id
        elif isinstance(one, ast.ExceptHandler) and one.name:
            yield one.name
        elif isinstance(one, ast.alias):
            yield (one.asname or one.name).split(".")[0]
        stack += children(one)


def declared_outside(scope: ast.AST) -> frozenset[str]:
    """The names that a function calls `global` or `nonlocal`."""
    declarations = (node for node in walk(scope) if isinstance(node, (ast.Global, ast.Nonlocal)))
    return frozenset(name for node in declarations for name in node.names)


def meaning(node: ast.AST, names: _Names, scope: ast.AST | None = None) -> Iterator[tuple[ast.AST, _Names]]:
    """The nodes from `node` on, each with those of `names` that mean there what they mean in front of `node`;
    in source order.

    scope: the function that the names belong to, if `node` may be that function itself.
    """
    stack: list[tuple[ast.AST, _Names]] = [(node, names)]
    while stack:
        one, same = stack.pop()
        yield one, same
        inside = children(one)
        own = _own(one, same) if isinstance(one, _OWNING) and one is not scope else None
        if own:
            outside = _evaluated_outside(one)
            left = same - own
            stack += [(child, left) for child in reversed(inside) if child not in outside]
            stack += [(part, same) for part in reversed(outside)]
        else:
            stack += [(child, same) for child in reversed(inside)]


def _own(node: ast.AST, names: _Names) -> _Names:
    """Those of the names that a nested function, lambda or comprehension binds for itself."""
    if isinstance(node, _COMPREHENSIONS):
        return names.intersection(name for loop in node.generators for name in bound_names(loop.target))
    if not isinstance(node, (*Function, ast.Lambda)):
        return frozenset()
    given = node.args
    every = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
    own = names.intersection(one.arg for one in every if one is not None)
    if isinstance(node, ast.Lambda):
        return own
    bound = names.intersection(name for one in node.body for name in bound_names(one))
    return own | (bound - declared_outside(node) if bound else bound)


def _evaluated_outside(node: ast.AST) -> list[ast.expr]:
    """The parts of a nested scope that are evaluated in the scope around it."""
    if isinstance(node, _COMPREHENSIONS):
        return [node.generators[0].iter]
    if isinstance(node, Function):
        return node.decorator_list
    return []
