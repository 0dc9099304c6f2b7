"""The nodes below a node. Contexts and operators, which all trees share and nobody asks for, are left out."""

from __future__ import annotations

import ast

_SHARED = frozenset({"ctx", "op", "ops"})


def children(node: ast.AST) -> list[ast.AST]:
    """The nodes right below a node, in the order of its fields."""
    found: list[ast.AST] = []
    for name in node._fields:
        if name not in _SHARED:
            value = getattr(node, name, None)
            if value.__class__ is list:
                found += [one for one in value if isinstance(one, ast.AST)]
            elif isinstance(value, ast.AST):
                found.append(value)
    return found


def walk(root: ast.AST) -> list[ast.AST]:
    """The nodes from `root` on in the order of `ast.walk`."""
    nodes = [root]
    for node in nodes:
        nodes += children(node)
    return nodes
