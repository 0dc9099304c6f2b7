"""Statements that bind what is made elsewhere: functions, classes, imports, type aliases."""

from __future__ import annotations

import ast
from typing import Any

from leaklint import ir
from leaklint.lowering.body import Body
from leaklint.lowering.expressions import default_values, value


def _decorated(body: Body, node: Any, decorators: list[str], made: str) -> None:
    for decorator, decorator_node in zip(reversed(decorators), reversed(node.decorator_list)):
        dst = body.temp()
        body.emit(ir.Call(body.span(decorator_node), dst, decorator, (made,)))
        made = dst
    body.store(body.span(node), node.name, made)


def function(body: Body, node: Any) -> None:
    """Evaluate decorators and defaults, make the function, decorate and bind it."""
    body.expect(node)
    decorators = [value(body, decorator) for decorator in node.decorator_list]
    defaults = default_values(body, node.args)
    made = body.temp()
    body.emit(ir.MakeFunction(body.span(node), made, body.names[node], defaults))
    _decorated(body, node, decorators, made)


def class_(body: Body, node: Any) -> None:
    """Evaluate decorators and bases, make the class, decorate and bind it."""
    body.expect(node)
    decorators = [value(body, decorator) for decorator in node.decorator_list]
    bases = [value(body, base.value if isinstance(base, ast.Starred) else base) for base in node.bases]
    for keyword in node.keywords:
        value(body, keyword.value)
    made = body.temp()
    body.emit(ir.MakeClass(body.span(node), made, body.names[node], tuple(bases)))
    _decorated(body, node, decorators, made)


def import_(body: Body, node: Any) -> None:
    """`import a.b` binds `a`; `import a.b as c` binds the module itself."""
    span = body.span(node)
    for alias in node.names:
        module = alias.name if alias.asname else alias.name.partition(".")[0]
        dst = body.temp()
        body.emit(ir.LoadImport(span, dst, module))
        body.store(span, alias.asname or module, dst)


def import_from(body: Body, node: Any) -> None:
    """Bind each name; a star is loaded and binds nothing."""
    span = body.span(node)
    module = "." * node.level + (node.module or "")
    for alias in node.names:
        dst = body.temp()
        body.emit(ir.LoadImport(span, dst, module, alias.name))
        if alias.name != "*":
            body.store(span, alias.asname or alias.name, dst)


def type_alias(body: Body, node: Any) -> None:
    """Bind an opaque constant; the value of a `type` statement is not evaluated."""
    dst = body.temp()
    span = body.span(node)
    body.emit(ir.LoadConst(span, dst, "type", True))
    body.store(span, node.name.id, dst)
