"""Where the expressions of an f-string really stand, which Python before 3.12 does not say."""

from __future__ import annotations

import ast
import sys
from typing import Any

from leaklint.lowering.formatted import Unterminated, token
from leaklint.lowering.positions import Positions

ARE_WRONG = sys.version_info < (3, 12)


def repair(positions: Positions, node: Any) -> None:
    """Move the nodes inside a JoinedStr, in place, to where they stand; if that cannot be told, to its extent."""
    owners = _formatted_values(node)
    start, end = positions.extent(node)
    try:
        expressions = _expressions(positions.source, start, end)
    except Unterminated:
        expressions = []
    exact = len(expressions) == len(owners)
    for index, owner in enumerate(owners):
        if not (exact and _move(positions, owner.value, *expressions[index])):
            _spread(node, owner.value)


def _formatted_values(node: Any) -> list[Any]:
    found = []
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            found.append(part)
            if part.format_spec is not None:
                found.extend(_formatted_values(part.format_spec))
    return found


def _expressions(text: str, at: int, end: int) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    while at < end:
        piece = token(text, at)
        found.extend(piece.expressions)
        at = piece.end
    return found


def _move(positions: Positions, node: ast.expr, start: int, end: int) -> bool:
    """Parse the expression once more, alone, for positions that are relative to its start."""
    try:
        fresh = ast.parse(f"({positions.source[start:end]}\n)", mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    line, column = positions.byte_offset(start)
    # The parenthesis before the expression is one column of its first line.
    shift = column - 1
    pairs = list(zip(ast.walk(node), ast.walk(fresh)))
    if any(old.__class__ is not new.__class__ for old, new in pairs):
        return False
    for old, new in pairs:
        if isinstance(old, (ast.expr, ast.arg, ast.keyword)) and isinstance(new, (ast.expr, ast.arg, ast.keyword)):
            old.lineno, old.end_lineno = new.lineno + line - 1, (new.end_lineno or new.lineno) + line - 1
            old.col_offset = new.col_offset + (shift if new.lineno == 1 else 0)
            old.end_col_offset = (new.end_col_offset or 0) + (shift if new.end_lineno == 1 else 0)
    return True


def _spread(owner: Any, node: ast.expr) -> None:
    for inner in ast.walk(node):
        if isinstance(inner, (ast.expr, ast.arg, ast.keyword)):
            ast.copy_location(inner, owner)
