"""The pieces of a module that are parsed again when a graph is asked for.

A tree takes twenty times the room of its text, and most functions are never looked into. So the tree of a module is
let go as soon as its declarations are known. Outermost functions are parsed alone, from their own lines; all else from
the text with the bodies of those functions blanked out, so that nothing in it moves.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from typing import Any

import msgspec

from leaklint.lowering.declarations import Declaration, Declarations, declarations, declarations_in
from leaklint.lowering.parse import parse
from leaklint.lowering.positions import Positions
from leaklint.lowering.problem import SyntaxProblem
from leaklint.lowering.scopes import Scope, analyse

_HEADER = "if 1:\n"
_VISIBLE = re.compile(r"[^\r\n]")


class Piece(msgspec.Struct, frozen=True, gc=False):
    """An outermost function: its first line without decorators, and where that line, its body and its end stand in the
    text. indented: it does not stand at the left margin."""

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


def pieces(found: Declarations, positions: Positions) -> dict[str, Piece]:
    """The outermost functions of a module by their qualified names."""
    return {
        name: _piece(declaration.node, positions)
        for name, declaration in found.procedures.items()
        if declaration.kind in ("function", "method") and not _is_inside(declaration)
    }


def _is_inside(declaration: Declaration) -> bool:
    """Whether a procedure stands in a function, classes aside."""
    above = declaration.parent
    while above is not None and above.kind == "class":
        above = above.parent
    return above is not None and above.kind != "module"


def _piece(node: Any, positions: Positions) -> Piece:
    first = node.body[0]
    if getattr(first, "decorator_list", None):
        body = positions.source.rindex("@", 0, positions.extent(first.decorator_list[0])[0])
    else:
        body = positions.extent(first)[0]
    start = positions.starts[node.lineno - 1]
    return Piece(node.lineno, start, body, positions.extent(node)[1], node.col_offset > 0)


def whole(text: str, path: str) -> Unit:
    """All of a module. Raises SyntaxProblem."""
    tree, parsed = parse(text, path)
    positions = Positions(text, parsed)
    return Unit(declarations(tree, text, positions), positions)


def around(text: str, path: str, bodies: Iterable[Piece]) -> Unit:
    """A module without what its functions do. Raises SyntaxProblem."""
    parts = []
    at = 0
    for piece in sorted(bodies, key=lambda piece: piece.body):
        parts += [text[at : piece.body], _blank(text[piece.body : piece.end])]
        at = piece.end
    return whole("".join([*parts, text[at:]]), path)


def _blank(body: str) -> str:
    """An expression of the same extent."""
    return "(" + _VISIBLE.sub(" ", body[1:-1]) + ")" if len(body) > 1 else "0"


def alone(text: str, path: str, name: str, piece: Piece) -> Unit:
    """One outermost function and what is in it. Raises SyntaxProblem, also where its lines do not stand alone."""
    source = text[piece.start : piece.end] + "\n"
    first = piece.line
    if piece.indented:
        source, first = _HEADER + source, first - 1
    tree, parsed = parse(source, path)
    body = tree.body
    if piece.indented and len(body) == 1 and isinstance(body[0], ast.If):
        body = body[0].body
    if len(body) != 1 or not isinstance(body[0], (ast.FunctionDef, ast.AsyncFunctionDef)):
        raise SyntaxProblem(path, piece.line, 1, "a function does not stand alone")
    positions = Positions(source, parsed, first)
    return Unit(declarations_in(body[0], name, source, positions), positions)


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
