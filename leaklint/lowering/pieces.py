"""The pieces of a module that are parsed again when a graph is asked for.

A tree takes a hundred times the room of its text, and most functions are never looked into. So the tree of a module is
let go as soon as its declarations are known. An outermost function or class is parsed alone, from its own lines. The
bodies of functions that stand in a class, and of all in a module, are blanked out, so that nothing around them moves.
"""

from __future__ import annotations

import ast
import re
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from leaklint.lowering.declarations import Declaration, Declarations, declarations, declarations_in
from leaklint.lowering.parse import parse
from leaklint.lowering.positions import Positions
from leaklint.lowering.problem import SyntaxProblem
from leaklint.lowering.scopes import Scope, analyse

_HEADER = "if 1:\n"
_VISIBLE = re.compile(r"[^\r\n]")
_START, _COLUMNS = 1, 5


class Piece(msgspec.Struct, frozen=True, gc=False):
    """A function that is not nested in another, or a class at the top of its module. line: its first one, decorators
    aside. start, body, end: where that line, its body and its end stand in the text. indented: not at the margin."""

    line: int
    start: int
    body: int
    end: int
    indented: bool


class Unit:
    """What is lowered from one tree. scopes: of the nodes that were looked at so far."""

    def __init__(self, found: Declarations, positions: Positions) -> None:
        self.found = found
        self.positions = positions
        self.scopes: dict[Any, Scope] = {}

    def scope(self, declaration: Declaration) -> Scope:
        """The scope of a procedure."""
        if declaration.node not in self.scopes:
            self.scopes.update(analyse(_outermost(declaration), self.positions.first))
        return self.scopes[declaration.node]


class Pieces(Mapping[str, Piece]):
    """The pieces of a module by qualified names, in source order. There are many, and few are looked at: they are made
    when they are, from numbers that take little room."""

    def __init__(self, found: Declarations, positions: Positions) -> None:
        self._numbers: dict[str, int] = {}
        self._rows = array("I")
        for name, declaration in found.procedures.items():
            if _is_piece(declaration):
                self._numbers[name] = len(self._numbers)
                self._rows.extend(_row(declaration.node, positions))

    def __getitem__(self, name: str) -> Piece:
        return self._piece(self._numbers[name])

    def _piece(self, number: int) -> Piece:
        line, start, body, end, indented = self._rows[number * _COLUMNS : (number + 1) * _COLUMNS]
        return Piece(line, start, body, end, bool(indented))

    def inside(self, piece: Piece) -> list[Piece]:
        """The pieces in a class, in source order."""
        starts = self._rows[_START::_COLUMNS]
        first = bisect_right(starts, piece.start)
        return [self._piece(number) for number in range(first, bisect_right(starts, piece.end, first))]

    def __contains__(self, name: object) -> bool:
        return name in self._numbers

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)


def _is_piece(declaration: Declaration) -> bool:
    if declaration.kind == "class":
        return declaration.parent is not None and declaration.parent.kind == "module"
    return declaration.kind in ("function", "method") and not _is_inside(declaration)


def _is_inside(declaration: Declaration) -> bool:
    """Whether a procedure stands in a function, classes aside."""
    above = declaration.parent
    while above is not None and above.kind == "class":
        above = above.parent
    return above is not None and above.kind != "module"


def _row(node: Any, positions: Positions) -> tuple[int, int, int, int, int]:
    """The numbers of a piece, in the order of its fields."""
    first = node.body[0]
    if getattr(first, "decorator_list", None):
        body = positions.source.rindex("@", 0, positions.extent(first.decorator_list[0])[0])
    else:
        body = positions.extent(first)[0]
    start = positions.starts[node.lineno - 1]
    return node.lineno, start, body, positions.extent(node)[1], node.col_offset > 0


def whole(text: str, path: str) -> Unit:
    """All of a module. Raises SyntaxProblem."""
    tree, parsed = parse(text, path)
    positions = Positions(text, parsed)
    return Unit(declarations(tree, text, positions), positions)


def around(text: str, path: str, inside: Iterable[Piece]) -> Unit:
    """A module without what is in its functions and classes. Raises SyntaxProblem."""
    return whole(_without(text, 0, len(text), inside), path)


def alone(text: str, path: str, name: str, piece: Piece, inside: Iterable[Piece]) -> Unit:
    """One piece and what is in it, save the pieces `inside`. Raises SyntaxProblem, also where its lines do not stand
    alone."""
    source = _without(text, piece.start, piece.end, inside) + "\n"
    first = piece.line
    if piece.indented:
        source, first = _HEADER + source, first - 1
    tree, parsed = parse(source, path)
    body = tree.body
    if piece.indented and len(body) == 1 and isinstance(body[0], ast.If):
        body = body[0].body
    if len(body) != 1 or not isinstance(body[0], (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        raise SyntaxProblem(path, piece.line, 1, "the definition does not stand alone")
    positions = Positions(source, parsed, first)
    return Unit(declarations_in(body[0], name, source, positions), positions)


def _without(text: str, start: int, end: int, inside: Iterable[Piece]) -> str:
    """A part of a text in which an expression of the same extent stands for the body of each piece. inside: in source
    order."""
    parts = []
    at = start
    for piece in inside:
        if piece.start >= at:
            parts += [text[at : piece.body], _blank(text[piece.body : piece.end])]
            at = piece.end
    return "".join([*parts, text[at:end]])


def _blank(body: str) -> str:
    """An expression that ends where the body does, lines before its last one being empty."""
    if len(body) < 2:
        return "0"
    if "\r" in body:
        return "(" + _VISIBLE.sub(" ", body[1:-1]) + ")"
    within = body[1:-1]
    last = len(within) - 1 - within.rfind("\n")
    return "(" + "\n" * within.count("\n") + " " * last + ")"


def _outermost(declaration: Declaration) -> Any:
    """The function, comprehension or class that all names captured here come from, or the procedure's own node."""
    outermost = declaration.comprehensions[0] if declaration.comprehensions else declaration.node
    above = declaration.parent
    while above is not None and above.kind != "module":
        if above.kind != "class":
            outermost = above.node
        if above.comprehensions:
            outermost = above.comprehensions[0]
        above = above.parent
    return outermost
