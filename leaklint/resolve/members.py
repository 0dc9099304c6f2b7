"""What an object gives: attributes, fields, elements, and what `with` binds."""

from __future__ import annotations

import builtins
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from leaklint import ir
from leaklint.model import Confidence
from leaklint.resolve import storage
from leaklint.resolve.classes import ClassInfo
from leaklint.resolve.reading import Get
from leaklint.resolve.refs import Class, External, Function, Instance, Method, Module
from leaklint.resolve.shapes import Display, Generated, Lent, Row, Rows, Super, Typed, Value

if TYPE_CHECKING:
    from leaklint.resolve.flow import Flow


MAPPINGS = frozenset({"Dict", "dict", "Mapping", "MutableMapping", "defaultdict", "DefaultDict", "OrderedDict"})
_MANAGERS = ("ContextManager",)
_PLAIN = {"List": "list", "Dict": "dict", "Set": "set", "Tuple": "tuple", "FrozenSet": "frozenset"}


# -- attributes ---------------------------------------------------------------------------------------------------


def attribute(flow: Flow, get: Get, value: Value, name: str) -> set[Value]:
    """value.name"""
    if isinstance(value, Module):
        return set(get(("global", value.name, name)))
    if isinstance(value, External):
        kept = flow.catalog.value_type(value.name)
        return method(flow, External(kept), name, Confidence.HIGH) if kept else _outside(flow, f"{value.name}.{name}")
    if isinstance(value, Class):
        return _of_class(flow, get, value, name)
    if isinstance(value, Instance):
        if isinstance(value.of, Class):
            return _of_object(flow, get, value.of, value.sure, name)
        return method(flow, value.of, name, value.sure)
    if isinstance(value, Method):
        held = flow.catalog.returned_type(value.name)
        return method(flow, External(held), name, value.sure) if held is not None else set()
    if isinstance(value, Super):
        return _behind(flow, get, value.of, name)
    if isinstance(value, Display):
        kind = _display_kind(flow, value)
        known = kind in ("list", "dict", "set", "tuple")
        return method(flow, External(f"builtins.{kind}"), name, Confidence.HIGH) if known else set()
    if isinstance(value, Typed):
        return method(flow, External(_plain_name(value.name)), name, Confidence.MEDIUM)
    return set()


def _outside(flow: Flow, name: str) -> set[Value]:
    """What a dotted name outside the project is: an object of a known class, or just that name."""
    kept = flow.catalog.value_type(name)
    return {Instance(External(kept))} if kept is not None else flow.names.external(name)


def method(flow: Flow, of: External, name: str, sure: Confidence) -> set[Value]:
    """A method of an external class, on the class of which the catalog knows it, or the object that it keeps under
    this name. A builtin object that has no such attribute is not what the code calls."""
    if of.name.count(".") > 8:
        return set()
    kept = flow.catalog.value_type(f"{of.name}.{name}")
    if kept is not None:
        return {Instance(External(kept), sure)}
    package, _, last = of.name.rpartition(".")
    if package == "builtins" and not hasattr(getattr(builtins, last, None), name):
        return set()
    return {Method(flow.catalog.canonical(flow.catalog.method_of(of.name, name)), sure)}


def _plain_name(name: str) -> str:
    module, _, last = name.rpartition(".")
    return f"builtins.{_PLAIN[last]}" if module == "typing" and last in _PLAIN else name


def _of_class(flow: Flow, get: Get, cls: Class, name: str) -> set[Value]:
    info = flow.classes.info(cls)
    if info is None:
        return set()
    if name in info.methods:
        found = info.methods[name]
        return {Function(found.module, found.name, name in info.class_methods)}
    values = _nested(flow, info, name) | get(("field", cls, name))
    if not has_member(flow, info, name):
        for base in info.external_bases:
            values |= flow.names.external(f"{base.name}.{name}")
    return values


def _of_object(flow: Flow, get: Get, cls: Class, sure: Confidence, name: str) -> set[Value]:
    info = flow.classes.info(cls)
    if info is None:
        return set()
    if name in info.methods:
        return {info.methods[name]}
    if name in info.properties:
        return set(get(("returns", info.properties[name])))
    values: set[Value] = _nested(flow, info, name)
    values.update(_bound(value, info) for value in get(("field", cls, name)))
    if not has_member(flow, info, name):
        values |= _inherited(flow, info, name, sure)
    return values


def _bound(value: Value, info: ClassInfo) -> Value:
    """A function kept in a class attribute is a method when it is reached through an object."""
    if isinstance(value, Function) and value.name.startswith(f"{info.cls.name}."):
        return Function(value.module, value.name, True) if "." not in value.name[len(info.cls.name) + 1 :] else value
    return value


def _inherited(flow: Flow, info: ClassInfo, name: str, sure: Confidence) -> set[Value]:
    """A method of the first external base of which the catalog knows it, else of the first one."""
    first: set[Value] = set()
    for base in info.external_bases:
        found = method(flow, base, name, sure)
        first = first or found
        if any(isinstance(m, Method) and _known(flow, m.name) for m in found):
            return found
    return first


def _known(flow: Flow, name: str) -> bool:
    catalog = flow.catalog
    return catalog.acquisition(name) is not None or catalog.returned_type(name) is not None


def _nested(flow: Flow, info: ClassInfo, name: str) -> set[Value]:
    """A class defined in the body of the class or of one of its bases."""
    for cls in info.lineage:
        module = flow.program.module(cls.module)
        found = flow.names.defined(module, f"{cls.name}.{name}") if module is not None else []
        if found:
            return {inner for inner in found if isinstance(inner, Class)}
    return set()


def _behind(flow: Flow, get: Get, cls: Class, name: str) -> set[Value]:
    """`super().name`: the first base that has it."""
    info = flow.classes.info(cls)
    for base in info.bases if info is not None else ():
        if isinstance(base, External):
            return method(flow, base, name, Confidence.HIGH)
        below = flow.classes.info(base)
        if below is None:
            continue
        if name in below.methods:
            return {Function(below.methods[name].module, below.methods[name].name, True)}
        if name in below.properties:
            return set(get(("returns", below.properties[name])))
    return set()


# -- fields -------------------------------------------------------------------------------------------------------


def has_member(flow: Flow, info: ClassInfo, name: str) -> bool:
    """Whether the project's part of a class says what `name` is."""
    if name in info.methods or name in info.properties or name in info.annotations:
        return True
    return bool(_nested(flow, info, name)) or bool(info.assignments(name))


def field(flow: Flow, get: Get, cls: Class, name: str) -> set[Value]:
    """What is ever assigned to a field, and what its annotations say."""
    info = flow.classes.info(cls)
    found: set[Value] = set()
    if info is None:
        return found
    for module, procedure, operand in info.assignments(name):
        found |= get(("operand", module, procedure, operand))
    for module, scope, text in info.field_annotations(name):
        found |= flow.instances(module, scope, text)
    return found


# -- elements -----------------------------------------------------------------------------------------------------


def element(flow: Flow, get: Get, value: Value, index: int | str | None) -> set[Value]:
    """value[index]; for an unknown index any element. Of a class or generic function: itself, with type arguments."""
    if isinstance(value, (Class, External)):
        return {value}
    if isinstance(value, Display):
        return _displayed(flow, get, value, index)
    if isinstance(value, Typed):
        return _typed_element(flow, value, index)
    if isinstance(value, Row):
        return _in_row(flow, get, value, index)
    if isinstance(value, Generated):
        return set(get(("yields", value.of)))
    if isinstance(value, Instance) and isinstance(value.of, Class):
        return _of_record(flow, get, value.of, index)
    return set()


def key(flow: Flow, get: Get, value: Value) -> set[Value]:
    """What iterating a value gives."""
    if isinstance(value, Rows):
        return _rows(flow, get, value)
    if isinstance(value, Display):
        build = _build(flow, value)
        if build is not None and build.kind == "dict":
            return _union(get, (("operand", value.module, value.procedure, name) for name in build.keys if name))
        return _displayed(flow, get, value, None)
    if isinstance(value, Typed):
        if value.name.rpartition(".")[2] in MAPPINGS:
            return flow.instances(value.module, value.scope, value.args[0]) if value.args else set()
        return _typed_element(flow, value, None)
    if isinstance(value, Generated):
        return set(get(("yields", value.of)))
    if isinstance(value, Instance) and isinstance(value.of, Class):
        return _iterated(flow, get, value.of)
    return set()


def _iterated(flow: Flow, get: Get, cls: Class) -> set[Value]:
    info = flow.classes.info(cls)
    found: set[Value] = set()
    for name in ("__iter__", "__aiter__") if info is not None else ():
        method = info.methods.get(name)  # type: ignore[union-attr]
        if method is not None and _generates(flow, method):
            found |= get(("yields", method))
        elif method is not None:
            for inner in get(("returns", method)):
                if inner != Instance(cls):
                    found |= get(("key", inner))
    for name in ("__next__", "__anext__") if info is not None else ():
        method = info.methods.get(name)  # type: ignore[union-attr]
        if method is not None:
            found |= get(("returns", method))
    return found


def _generates(flow: Flow, function: Function) -> bool:
    module = flow.program.module(function.module)
    signature = module.signatures.get(function.name) if module is not None else None
    return signature is not None and signature.is_generator


def _build(flow: Flow, value: Display) -> ir.Build | None:
    body = flow.names.definitions(value.module, value.procedure)
    steps = body.values.get(value.operand, ()) if body is not None else ()
    return steps[0] if len(steps) == 1 and isinstance(steps[0], ir.Build) else None


def _display_kind(flow: Flow, value: Display) -> str:
    build = _build(flow, value)
    return build.kind if build is not None else ""


def _displayed(flow: Flow, get: Get, value: Display, index: int | str | None) -> set[Value]:
    build = _build(flow, value)
    body = flow.names.definitions(value.module, value.procedure)
    if build is None or body is None:
        return set()
    where = ("operand", value.module, value.procedure)
    found: set[Value] = set()
    if build.kind == "dict":
        for name, item in zip(build.keys, build.items):
            if not name:
                found |= _elements(get, get((*where, item)), index)
            elif build.repeated or index is None or body.constant(name) in (index, None):
                found |= get((*where, item))
        return found
    items = build.items
    if isinstance(index, int) and not isinstance(index, bool) and not build.starred and not build.repeated:
        return set(get((*where, items[index]))) if -len(items) <= index < len(items) else set()
    for position, item in enumerate(items):
        if position in build.starred:
            found |= _union(get, (("key", inner) for inner in get((*where, item))))
        else:
            found |= get((*where, item))
    return found


def _elements(get: Get, values: Iterable[Value], index: int | str | None) -> set[Value]:
    return _union(get, (("element", value, index) for value in values))


def _typed_element(flow: Flow, value: Typed, index: int | str | None) -> set[Value]:
    last = value.name.rpartition(".")[2]
    if not value.args or last.endswith((*_MANAGERS, "Callable")):
        return set()
    if last in ("tuple", "Tuple"):
        if len(value.args) == 2 and value.args[1] == "...":
            return flow.instances(value.module, value.scope, value.args[0])
        chosen = value.args
        if isinstance(index, int):
            chosen = value.args[index : index + 1] if index >= 0 else ()
    else:
        chosen = (value.args[-1],) if last in MAPPINGS else value.args[:1]
    found: set[Value] = set()
    for text in chosen:
        found |= flow.instances(value.module, value.scope, text)
    return found


def _of_record(flow: Flow, get: Get, cls: Class, index: int | str | None) -> set[Value]:
    """`__getitem__`, or a field of a named tuple by its position."""
    info = flow.classes.info(cls)
    if info is None:
        return set()
    if "__getitem__" in info.methods:
        return set(get(("returns", info.methods["__getitem__"])))
    named = any(base.name.endswith(".NamedTuple") for base in info.external_bases)
    order = info.field_order
    if named and isinstance(index, int) and -len(order) <= index < len(order):
        return set(get(("field", cls, order[index])))
    return set()


def _union(get: Get, keys: Iterable[Any]) -> set[Value]:
    found: set[Value] = set()
    for wanted in keys:
        found |= get(wanted)
    return found


# -- rows: d.items(), enumerate(x), zip(x, y) ---------------------------------------------------------------------


def _row_call(flow: Flow, rows: Rows) -> tuple[ir.Call | None, str, str]:
    """The call behind rows, the container of a method call ("" for a function), and the method's name."""
    body = flow.names.definitions(rows.module, rows.procedure)
    call = body.single(rows.operand) if body is not None else None
    if body is None or not isinstance(call, ir.Call):
        return None, "", ""
    func = body.single(call.func)
    if isinstance(func, ir.Attr):
        return call, func.base, func.name
    return call, "", func.name if isinstance(func, ir.LoadGlobal) else ""


def _values_of(flow: Flow, get: Get, rows: Rows, operand: str) -> set[Value]:
    module = flow.program.module(rows.module)
    procedure = flow.program.procedure(rows.module, rows.procedure)
    body = flow.names.definitions(rows.module, rows.procedure)
    found = _elements(get, get(("operand", rows.module, rows.procedure, operand)), None)
    if module is None or procedure is None or body is None:
        return found
    return found | storage.contents(flow, get, module, procedure, body, operand)


def _rows(flow: Flow, get: Get, rows: Rows) -> set[Value]:
    _, base, name = _row_call(flow, rows)
    if base and name == "values":
        return _values_of(flow, get, rows, base)
    return {Row(rows)}


def _in_row(flow: Flow, get: Get, row: Row, index: int | str | None) -> set[Value]:
    call, base, name = _row_call(flow, row.of)
    if call is None:
        return set()
    if base:
        return _values_of(flow, get, row.of, base) if index in (1, None) else set()
    if name == "enumerate":
        chosen = call.args[:1] if index in (1, None) else ()
    else:
        chosen = call.args[index : index + 1] if isinstance(index, int) and index >= 0 else call.args
    where = ("operand", row.of.module, row.of.procedure)
    return _union(get, (("key", value) for operand in chosen for value in get((*where, operand))))


# -- with ---------------------------------------------------------------------------------------------------------


def entered(flow: Flow, get: Get, value: Value) -> set[Value]:
    """What `with value as x` (or `async with`) gives x."""
    if isinstance(value, Generated):
        return set(get(("yields", value.of)))
    if isinstance(value, Lent):
        return set(get(("operand", value.module, value.procedure, value.operand)))
    if isinstance(value, Typed):
        if value.name.endswith(_MANAGERS) and value.args:
            return flow.instances(value.module, value.scope, value.args[0])
        return {value}
    if isinstance(value, Instance) and isinstance(value.of, Class):
        return _entered_object(flow, get, value, value.of)
    return {value} if isinstance(value, Instance) else set()


def _entered_object(flow: Flow, get: Get, value: Instance, cls: Class) -> set[Value]:
    info = flow.classes.info(cls)
    methods = [info.methods[name] for name in ("__enter__", "__aenter__") if name in info.methods] if info else []
    if not methods:
        return {value}
    found: set[Value] = set()
    for entering in methods:
        found |= get(("returns", entering))
        if flow.returns_self(entering):
            found.add(value)
    return found
