"""What is put into containers after they were made: `pools[key] = pool`, `self.connections.append(conn)`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from leaklint import ir
from leaklint.ir import ModuleIR, Procedure
from leaklint.resolve.classes import method_bodies
from leaklint.resolve.definitions import MODULE_BODY, Definitions
from leaklint.resolve.reading import Get
from leaklint.resolve.refs import Class, Instance, Module
from leaklint.resolve.roles import PUTTING, Role
from leaklint.resolve.shapes import Value

if TYPE_CHECKING:
    from leaklint.resolve.flow import Flow

Place = tuple[Any, ...]

COPYING = frozenset({"list", "tuple", "set", "sorted", "reversed", "frozenset"})


def contents(
    flow: Flow,
    get: Get,
    module: ModuleIR,
    procedure: Procedure,
    body: Definitions,
    operand: str,
    *,
    rows: bool = False,
) -> set[Value]:
    """What is stored in the container that an operand names. rows: as iterating it gives, so not by a key."""
    found: set[Value] = set()
    for place in places(flow, get, module, procedure, body, operand):
        found |= get(("stored", place, rows))
    return found


def places(
    flow: Flow, get: Get, module: ModuleIR, procedure: Procedure, body: Definitions, operand: str
) -> Iterator[Place]:
    """Where the container lives: a local, a module global, a field."""
    if operand[:1] != "%":
        if procedure.kind == "module":
            yield ("global", module.module, operand)
        elif operand in body.values:
            yield ("local", module.module, procedure.name, operand)
        return
    step = body.single(operand)
    if isinstance(step, ir.Call) and step.args:
        copying = body.single(step.func)
        if isinstance(copying, ir.LoadGlobal) and copying.name in COPYING and step.args[0] != operand:
            yield from places(flow, get, module, procedure, body, step.args[0])
    elif isinstance(step, ir.LoadGlobal):
        yield from _global_place(flow, module, step.name)
    elif isinstance(step, ir.Attr):
        for base in sorted(get(("operand", module.module, procedure.name, step.base)), key=repr):
            if isinstance(base, Instance) and isinstance(base.of, Class):
                yield ("field", base.of, step.name)
            elif isinstance(base, Class):
                yield ("field", base, step.name)
            elif isinstance(base, Module):
                yield ("global", base.name, step.name)


def _global_place(flow: Flow, module: ModuleIR, name: str) -> Iterator[Place]:
    entries = flow.names.imports(module).get(name, ())
    for entry in entries:
        source = flow.program.find(entry.module, module) if entry.attribute else ""
        if source:
            yield ("global", source, entry.attribute)
    if not entries:
        yield ("global", module.module, name)


def stored(flow: Flow, get: Get, place: Place, rows: bool) -> set[Value]:
    """All that is put into the container at a place, by code that names the place."""
    return _in_bodies(flow, get, list(_users(flow, place, Role.FILLED)), rows)


def kept_at(flow: Flow, get: Get, place: Place, name: str) -> set[Value]:
    """What is assigned to an attribute of the object at a place, by code that names the place."""
    found: set[Value] = set()
    for module, procedure, test in _users(flow, place):
        if not _assigns(flow, module, procedure, name):
            continue
        body = flow.names.definitions(module, procedure)
        for step in body.attributes if body is not None else ():
            if step.name == name and test(body, step.base):  # type: ignore[arg-type]
                found |= get(("operand", module, procedure, step.src))
    return found


def _assigns(flow: Flow, module_name: str, procedure: str, name: str) -> bool:
    """Whether a procedure may assign an attribute of this name."""
    module = flow.program.module(module_name)
    signature = module.signatures.get(procedure) if module is not None else None
    return (
        module is not None
        and signature is not None
        and flow.program.mentions(module, signature.span, name, Role.ASSIGNED)
    )


def _users(flow: Flow, place: Place, role: Role | None = None) -> Iterator[tuple[str, str, Test]]:
    """The procedures that may name a place, and how to tell the operands that do. role: as what they may name it."""
    if place[0] == "local":
        yield place[1], place[2], _is_local(place[3])
    elif place[0] == "global":
        found = flow.program.module(place[1])
        if found is not None:
            yield from _global_users(flow, found, place[2], role)
    else:
        info = flow.classes.info(place[1])
        for cls in info.lineage if info is not None else ():
            for module, procedure, own in method_bodies(flow.names, cls, place[2], role):
                yield module.module, procedure, _is_field(own, place[2])


Test = Callable[[Definitions, str], bool]


def _is_local(name: str) -> Test:
    return lambda body, operand: operand == name


def _is_global(name: str, *, in_module: bool) -> Test:
    def test(body: Definitions, operand: str) -> bool:
        if in_module and operand == name:
            return True
        step = body.single(operand)
        return isinstance(step, ir.LoadGlobal) and step.name == name

    return test


def _is_field(own: str, name: str) -> Test:
    def test(body: Definitions, operand: str) -> bool:
        step = body.single(operand)
        return isinstance(step, ir.Attr) and step.name == name and step.base == own

    return test


def _global_users(flow: Flow, module: ModuleIR, name: str, role: Role | None) -> Iterator[tuple[str, str, Test]]:
    for procedure, signature in module.signatures.items():
        if flow.program.mentions(module, signature.span, name, role):
            yield module.module, procedure, _is_global(name, in_module=procedure == MODULE_BODY)


def _in_bodies(flow: Flow, get: Get, users: list[tuple[str, str, Test]], rows: bool) -> set[Value]:
    found: set[Value] = set()
    for module, procedure, test in users:
        body = flow.names.definitions(module, procedure)
        if body is None:
            continue
        for item in body.items if not rows else ():
            if test(body, item.base):
                found |= get(("operand", module, procedure, item.src))
        for call in body.calls:
            func = body.single(call.func)
            if isinstance(func, ir.Attr) and func.name in PUTTING and call.args and test(body, func.base):
                found |= get(("operand", module, procedure, call.args[-1]))
    return found


def kept(flow: Flow, get: Get, value: Value, module_name: str, name: str) -> set[Value]:
    """What a module assigns to an attribute of an object that is not the project's: `flask.g`, a thread-local."""
    module = flow.program.module(module_name)
    found: set[Value] = set()
    for procedure in module.signatures if module is not None else ():
        if not _assigns(flow, module_name, procedure, name):
            continue
        body = flow.names.definitions(module_name, procedure)
        for step in body.attributes if body is not None else ():
            if step.name == name and value in get(("operand", module_name, procedure, step.base)):
                found |= get(("operand", module_name, procedure, step.src))
    return found
