"""The call that gives a resource back, and the statements that do nothing but that."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from leaklint.catalog.schema import Resource
from leaklint.fixes.document import Document
from leaklint.fixes.names import Held, is_held, mentioned
from leaklint.fixes.walking import walk

_LOGGING = frozenset({"debug", "info", "warning", "error", "exception", "critical", "log", "print"})


@dataclass(frozen=True)
class Releases:
    """How a resource is given back. `calls` are the calls that the analysis saw do it."""

    resource: Resource
    held: Held
    calls: frozenset[ast.Call] = field(default_factory=frozenset)

    def is_release(self, node: ast.AST) -> bool:
        """Whether an expression gives the resource back, or (a method named without being called) was meant to."""
        if isinstance(node, ast.Await):
            return self.is_release(node.value)
        if isinstance(node, ast.Attribute):
            return is_held(node.value, self.held) and node.attr in self._methods
        if not isinstance(node, ast.Call):
            return False
        if node in self.calls and mentioned(node, self.held):
            return True
        func = node.func
        if not isinstance(func, ast.Attribute):
            return False
        if is_held(func.value, self.held):
            return func.attr in self._methods and not node.args
        return func.attr in self.resource.release_to and any(is_held(one, self.held) for one in node.args)

    @property
    def _methods(self) -> tuple[str, ...]:
        return (*self.resource.release, self.resource.release_completed)

    def completes(self, node: ast.AST) -> bool:
        """Whether an expression waits for a release that was begun: `await pool.wait_closed()`."""
        call = node.value if isinstance(node, ast.Await) else node
        func = call.func if isinstance(call, ast.Call) else None
        completed = self.resource.release_completed
        return isinstance(func, ast.Attribute) and bool(completed) and func.attr == completed and self.is_release(node)

    def is_unit(self, statement: ast.stmt) -> bool:
        """Whether a statement does nothing but give the resource back: the call, alone, under a test of the resource
        (`if conn:`), or in a `try:` that quiets its errors."""
        if isinstance(statement, ast.Expr):
            return self.is_release(statement.value) or statement.value in self.calls
        if isinstance(statement, ast.If):
            return not statement.orelse and self._asks(statement.test) and self._only_units(statement.body)
        if isinstance(statement, ast.Try) and not statement.finalbody and not statement.orelse:
            return self._only_units(statement.body) and all(
                all(_quiet(one) for one in handler.body) for handler in statement.handlers
            )
        return False

    def _only_units(self, body: list[ast.stmt]) -> bool:
        rest = [one for one in body if not (isinstance(one, ast.Pass) or _clears(one, self.held))]
        return bool(rest) and all(self.is_unit(one) for one in rest)

    def _asks(self, test: ast.expr) -> bool:
        """Whether a test asks nothing but how the resource is."""
        asks = mentioned(test, self.held)
        for node in walk(test):
            if isinstance(node, ast.Constant) and node.value == self.held.name:
                asks = True
            if isinstance(node, ast.Name) and node.id not in (self.held.name, "locals", "globals", "vars", "hasattr"):
                return False
            if isinstance(node, ast.Call) and (node.args or node.keywords) and not isinstance(node.func, ast.Name):
                return False
        return asks


def _quiet(statement: ast.stmt) -> bool:
    """Whether a statement in a handler only passes over the error or logs it."""
    if isinstance(statement, (ast.Pass, ast.Continue)):
        return isinstance(statement, ast.Pass)
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        func = statement.value.func
        return (func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")) in _LOGGING
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _clears(statement: ast.stmt, resource: Held) -> bool:
    return (
        isinstance(statement, ast.Assign)
        and isinstance(statement.value, ast.Constant)
        and statement.value.value is None
        and all(is_held(target, resource) or ast.unparse(target) == resource.text for target in statement.targets)
    )


def stable(node: ast.expr) -> bool:
    """Whether an expression can be written a second time: names and attributes only."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name)


@dataclass(frozen=True)
class Giving:
    """The release to write. text: the call, `await` included. then: what has to follow it. reason: why there is
    none."""

    text: str = ""
    reason: str = ""
    then: str = ""


def release_text(
    document: Document, resource: Resource, call: ast.Call, name: str, in_async: bool, owner: str = ""
) -> Giving:
    """The call that gives back `name`, taken by `call`. `owner` is the text of what it was taken from, if not the
    call's own receiver."""
    text = ""
    if resource.release_to and (owner or isinstance(call.func, ast.Attribute)):
        receiver = call.func.value if isinstance(call.func, ast.Attribute) else None
        if owner or (receiver is not None and stable(receiver)):
            text = f"{owner or document.source(receiver)}.{_last(resource.release_to[0])}({name})"  # type: ignore[arg-type]
        elif not resource.release:
            return Giving(reason="what it was taken from has no name to give it back to")
    if not text:
        if not resource.release:
            return Giving(reason="there is no release that could be called here")
        text = f"{name}.{_last(resource.release[0])}()"
    if resource.release_awaited == "yes":
        plain = getattr(resource, "release_plain", ())
        if not in_async and plain:
            return Giving(f"{name}.{_last(plain[0])}()")
        if not in_async:
            return Giving(reason="its release must be awaited, and this function is not async")
        text = f"await {text}"
    completed = resource.release_completed if in_async else ""
    return Giving(text, then=f"await {name}.{completed}()" if completed else "")


def _last(name: str) -> str:
    return name.rsplit(".", 1)[-1]
