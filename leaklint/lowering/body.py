"""The state of lowering one procedure: its graph, its names, its positions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leaklint import ir
from leaklint.lowering.graph import Graph
from leaklint.lowering.positions import Positions
from leaklint.lowering.scopes import Scope
from leaklint.model import Span

_TEMPS = [f"%{number}" for number in range(500)]
"""One string for all procedures: so many would take more room than all else of their graphs."""


class Body:
    """One procedure under construction. `names` maps the nodes of nested functions, lambdas and classes to their
    qualified names; `scopes` has the scope of the procedure and of the comprehensions in it."""

    def __init__(
        self, positions: Positions, names: Mapping[Any, str], scopes: Mapping[Any, Scope], scope: Scope
    ) -> None:
        self.positions = positions
        self.span = positions.span
        self.names = names
        self.scopes = scopes
        self.scope = scope
        self.home = scope
        self.graph = Graph()
        self.horizon = (0, 0)
        self._temps = 0
        self._stored: set[str] | None = set() if scope.kind == "class" else None

    def temp(self) -> str:
        """A fresh temporary."""
        self._temps += 1
        return _TEMPS[self._temps] if self._temps < len(_TEMPS) else f"%{self._temps}"

    def hidden(self, purpose: str) -> str:
        """A fresh local that no source name can clash with, assigned on more than one path."""
        self._temps += 1
        return f"%{purpose}{self._temps}"

    def emit(self, instruction: ir.AnyInstruction) -> None:
        """Add an instruction to the current block."""
        self.graph.emit(instruction)

    def constant(self, span: Span, value: ir.Constant) -> str:
        """A temporary that holds a literal."""
        dst = self.temp()
        self.graph.emit(ir.LoadConst(span, dst, value))
        return dst

    def operation(self, span: Span, name: str, *operands: str) -> str:
        """A temporary that holds the result of an operator."""
        dst = self.temp()
        self.graph.emit(ir.Operation(span, dst, name, operands))
        return dst

    def copied(self, span: Span, operand: str) -> str:
        """A temporary equal to `operand`, which keeps its value when the local behind `operand` is rebound."""
        if operand[0] == "%" and operand[1:].isdigit():
            return operand
        dst = self.temp()
        self.graph.emit(ir.Copy(span, dst, operand))
        return dst

    def expect(self, node: Any) -> None:
        """The expressions lowered next all end before the end of `node`: how far a `:=` is looked for."""
        self.horizon = (node.end_lineno, node.end_col_offset)

    def load(self, node: Any, name: str) -> str:
        """The operand that reads variable `name` at `node`."""
        place = self.scope.place(name)
        if place is None or self._not_yet_in_class(name):
            dst = self.temp()
            self.graph.emit(ir.LoadGlobal(self.span(node), dst, name))
            return dst
        if self.home.walrus and name in self.home.walrus:
            start = (node.lineno, node.col_offset)
            if any(start < end <= self.horizon for end in self.home.walrus[name]):
                return self.copied(self.span(node), place)
        return place

    def _not_yet_in_class(self, name: str) -> bool:
        """Whether a class body reads a name that it binds later: Python then reads the global."""
        stored, scope = self._stored, self.scope
        return stored is not None and scope is self.home and name in scope.bound and name not in stored

    def store(self, span: Span, name: str, src: str) -> None:
        """Bind variable `name`."""
        if name in self.home.globals:
            self.graph.emit(ir.StoreGlobal(span, name, src))
            return
        if self._stored is not None:
            self._stored.add(name)
        self.graph.emit(ir.Copy(span, self.scope.place(name) or name, src))

    def delete(self, span: Span, name: str) -> None:
        """Unbind variable `name`."""
        self.graph.emit(ir.Delete(span, self.scope.place(name) or name))
