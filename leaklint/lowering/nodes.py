"""Stand-ins for the syntax nodes that the running Python may lack."""

from __future__ import annotations

import ast


class TypeStatement(ast.Assign):
    """`type X = ...`, made from the assignment that it is rewritten to. `name` is the Name of its target."""

    name: ast.Name


class StarTry(ast.Try):
    """A `try` whose clauses are `except*`."""


TYPE_ALIASES: tuple[type[ast.AST], ...] = (TypeStatement,)
STAR_TRIES: tuple[type[ast.AST], ...] = (StarTry,)
if hasattr(ast, "TypeAlias"):
    TYPE_ALIASES += (ast.TypeAlias,)
if hasattr(ast, "TryStar"):
    STAR_TRIES += (ast.TryStar,)
