"""Names that a path reaches unbound: a definite-assignment check of each function, before and after a repair."""

from __future__ import annotations

import ast
from collections import Counter

from leaklint.fixes.document import Function
from leaklint.fixes.scopes import bound_names
from leaklint.fixes.walking import children, walk

_Names = frozenset[str]
_NOWHERE: None = None


def unbound_reads(*trees: ast.AST) -> Counter[str]:
    """How many reads of each local variable, by function, may find it unbound. `with` and `try` bodies may fail."""
    found: Counter[str] = Counter()
    for node in (one for tree in trees for one in walk(tree)):
        if isinstance(node, Function):
            found += _Check(node).run()
    return found


class _Check:
    """One function. A state is the set of variables that are bound on every path here, None where no path comes."""

    def __init__(self, function: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.function = function
        arguments = function.args
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
        self.given = frozenset(one.arg for one in every if one is not None)
        outside = {
            name for node in walk(function) if isinstance(node, (ast.Global, ast.Nonlocal)) for name in node.names
        }
        self.locals = {name for one in function.body for name in bound_names(one)} - outside
        self.found: Counter[str] = Counter()

    def run(self) -> Counter[str]:
        self.suite(self.function.body, self.given)
        return self.found

    def suite(self, body: list[ast.stmt], state: _Names | None) -> _Names | None:
        for one in body:
            state = self.statement(one, state)
        return state

    def reads(self, node: ast.AST | None, state: _Names | None) -> None:
        if node is None or state is None:
            return
        stack: list[ast.AST] = [node]
        while stack:
            one = stack.pop()
            if isinstance(one, (*Function, ast.ClassDef, ast.Lambda)):
                continue
            if isinstance(one, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
                continue
            if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load):
                if one.id in self.locals and one.id not in state:
                    self.found[f"{self.function.name}: {one.id}"] += 1
            stack += children(one)

    def walruses(self, node: ast.AST | None) -> _Names:
        if node is None:
            return frozenset()
        return frozenset(one.target.id for one in walk(node) if isinstance(one, ast.NamedExpr))

    def statement(self, one: ast.stmt, state: _Names | None) -> _Names | None:
        if state is None:
            return None
        if isinstance(one, (ast.Return, ast.Raise)):
            self.reads(one, state | self.walruses(one))
            return None
        if isinstance(one, (ast.Break, ast.Continue)):
            return None
        if isinstance(one, ast.If):
            state |= self.walruses(one.test)
            self.reads(one.test, state)
            return _meet(self.suite(one.body, state), self.suite(one.orelse, state))
        if isinstance(one, (ast.For, ast.AsyncFor)):
            self.reads(one.iter, state)
            self.suite(one.body, state | set(bound_names(one.target)))
            return self.suite(one.orelse, state)
        if isinstance(one, ast.While):
            state |= self.walruses(one.test)
            self.reads(one.test, state)
            self.suite(one.body, state)
            endless = isinstance(one.test, ast.Constant) and bool(one.test.value)
            return state if endless else self.suite(one.orelse, state)
        if isinstance(one, (ast.With, ast.AsyncWith)):
            for item in one.items:
                state |= self.walruses(item.context_expr)
                self.reads(item.context_expr, state)
                state |= set(bound_names(item.optional_vars)) if item.optional_vars else set()
            return self.suite(one.body, state)
        if hasattr(one, "handlers"):
            return self.attempt(one, state)
        if isinstance(one, ast.Match):
            self.reads(one.subject, state)
            ways = [self.suite(case.body, state | _captured(case.pattern)) for case in one.cases]
            result: _Names | None = state
            for way in ways:
                result = _meet(result, way)
            return result
        if not isinstance(one, (*Function, ast.ClassDef)):
            state |= self.walruses(one)
            self.reads(one, state)
        if isinstance(one, ast.Delete):
            return state - set(bound_names(one))
        return state | set(bound_names(one))

    def attempt(self, one: ast.AST, state: _Names) -> _Names | None:
        body = self.suite(one.body, state)  # type: ignore[attr-defined]
        body = self.suite(one.orelse, body)  # type: ignore[attr-defined]
        # A handler and a finally start with what was bound in front of the `try:`.
        for handler in one.handlers:  # type: ignore[attr-defined]
            self.reads(handler.type, state)
            inside = state | {handler.name} if handler.name else state
            way = self.suite(handler.body, inside)
            body = _meet(body, way - {handler.name} if way is not None and handler.name else way)
        final: list[ast.stmt] = one.finalbody  # type: ignore[attr-defined]
        if not final:
            return body
        after = self.suite(final, state)
        if after is None or body is None:
            return None
        return body | after


def _captured(pattern: ast.pattern) -> _Names:
    names = {getattr(node, "name", None) or getattr(node, "rest", None) for node in walk(pattern)}
    return frozenset(name for name in names if name)


def _meet(one: _Names | None, other: _Names | None) -> _Names | None:
    if one is None or other is None:
        return other if one is None else one
    return one & other
