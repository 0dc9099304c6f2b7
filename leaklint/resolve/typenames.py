"""What annotations mean: the classes and generic types that a type expression names, through aliases of such."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from leaklint import ir
from leaklint.resolve.definitions import MODULE_BODY, Definer, Definitions, enclosing
from leaklint.resolve.reading import Get
from leaklint.resolve.refs import Class, External, Module
from leaklint.resolve.shapes import Typed, Value
from leaklint.resolve.typetext import LIST, NOTHING, UNION, TypeExpr, parse

if TYPE_CHECKING:
    from leaklint.resolve.names import Names


DEEPEST_ALIAS = 12

_TRANSPARENT = frozenset(
    f"{module}.{name}"
    for module in ("typing", "typing_extensions")
    for name in (
        "Annotated",
        "Optional",
        "Union",
        "Final",
        "ClassVar",
        "Required",
        "NotRequired",
        "ReadOnly",
        "InitVar",
    )
) | {"dataclasses.InitVar"}
_LAST_ARGUMENT = frozenset(
    f"{module}.{name}"
    for module in ("typing", "collections.abc", "typing_extensions", "asyncio")
    for name in ("Awaitable", "Coroutine", "Future", "Task")
)
_FIRST_ONLY = frozenset(name for name in _TRANSPARENT if name.endswith(("Annotated", "InitVar")))
_SAYS_NOTHING = frozenset(
    {"typing.Any", "typing_extensions.Any", "builtins.object", "builtins.None", "typing.Literal", "typing.NoReturn"}
)


def types(names: Names, module: str, scope: str, written: TypeExpr, get: Get) -> set[Value]:
    """The classes (External, Class) and generic types (Typed) that a type expression names. None is left out."""
    found: set[Value] = set()
    todo = [written]
    while todo:
        expression = todo.pop()
        if expression.name == UNION:
            todo += expression.args
        elif expression.name and expression.name not in ("None", LIST):
            for base in get(("dotted", module, scope, expression.name)):
                found |= _applied(names, module, scope, base, expression, todo, get)
            found |= _alias(module, scope, expression.name, get)
    return found


def _applied(
    names: Names, module: str, scope: str, base: Value, expression: TypeExpr, todo: list[TypeExpr], get: Get
) -> set[Value]:
    """A base with its type arguments; what it is transparent for goes on the list."""
    if isinstance(base, Class):
        return {base}
    if not isinstance(base, External) or base.name in _SAYS_NOTHING:
        return set()
    name, args = base.name, expression.args
    if name in ("typing.Self", "typing_extensions.Self"):
        return _self_class(names, module, scope)
    if name in _TRANSPARENT:
        todo += args[:1] if name in _FIRST_ONLY else args
        return set()
    if name in _LAST_ARGUMENT:
        todo += args[-1:]
        return set()
    if args and name.partition(".")[0] in ("builtins", "typing", "collections", "contextlib", "typing_extensions"):
        return {Typed(module, scope, name, tuple(arg.render() for arg in args))}
    return {base}


def _self_class(names: Names, name: str, scope: str) -> set[Value]:
    module = names.program.module(name)
    while module is not None and scope != MODULE_BODY:
        if scope in module.classes:
            return {Class(name, scope)}
        scope = enclosing(scope)
    return set()


def _alias(module: str, scope: str, name: str, get: Get) -> set[Value]:
    """`Db = Annotated[Session, Depends(get_db)]`: a module-level name for a type expression."""
    home, _, last = name.rpartition(".")
    if not home:
        return set(get(("alias", module, last)))
    found: set[Value] = set()
    for base in get(("dotted", module, scope, home)):
        if isinstance(base, Module):
            found |= get(("alias", base.name, last))
    return found


def alias(names: Names, place: str, name: str, get: Get) -> set[Value]:
    """The types that the type expression stands for which a module assigns to a name, or imports by it."""
    module = names.program.module(place)
    found: set[Value] = set()
    if module is None:
        return found
    for entry in names.imports(module).get(name, ()):
        source = names.program.find(entry.module, module) if entry.attribute else ""
        if source:
            found |= get(("alias", source, entry.attribute))
    if name in module.signatures or name in names.imports(module):
        return found
    body = names.definitions(place, MODULE_BODY)
    for step in body.values.get(name, ()) if body is not None else ():
        written = _expression(body, step, 0)  # type: ignore[arg-type]
        if written.args and written.name:
            found |= get(("types", place, MODULE_BODY, written.render()))
    return found


def _expression(body: Definitions, step: Definer | None, depth: int) -> TypeExpr:
    """The type expression that an instruction evaluates; NOTHING if it is none."""
    if step is None or depth > DEEPEST_ALIAS:
        return NOTHING
    if isinstance(step, ir.LoadGlobal):
        return TypeExpr(step.name)
    if isinstance(step, ir.LoadConst):
        return parse(step.value) if isinstance(step.value, str) and not step.opaque else NOTHING
    if isinstance(step, ir.Copy):
        return _expression_of(body, step.src, depth)
    if isinstance(step, ir.Attr):
        base = _expression_of(body, step.base, depth)
        return TypeExpr(f"{base.name}.{step.name}") if re.fullmatch(r"[\w.]+", base.name) else NOTHING
    if isinstance(step, ir.Item):
        base = _expression_of(body, step.base, depth)
        index = body.single(step.index)
        items = index.items if isinstance(index, ir.Build) and index.kind == "tuple" else (step.index,)
        return TypeExpr(base.name, tuple(_expression_of(body, item, depth) for item in items))
    if isinstance(step, ir.Operation) and step.name == "|":
        return TypeExpr(UNION, tuple(_expression_of(body, item, depth) for item in step.operands))
    if isinstance(step, ir.Build) and step.kind == "list":
        return TypeExpr(LIST, tuple(_expression_of(body, item, depth) for item in step.items))
    return NOTHING


def _expression_of(body: Definitions, operand: str, depth: int) -> TypeExpr:
    if operand[:1] != "%":
        return TypeExpr(operand)
    return _expression(body, body.single(operand), depth + 1)


def expression_of(body: Definitions, operand: str) -> TypeExpr:
    """The type expression that an operand holds, as in `cast(X | None, value)`."""
    return _expression_of(body, operand, 0)
