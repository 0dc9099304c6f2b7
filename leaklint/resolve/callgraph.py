"""Who calls whom: the functions of the project that a procedure may run."""

from __future__ import annotations

from collections.abc import Iterator

from leaklint import ir
from leaklint.ir import ModuleIR, Procedure
from leaklint.resolve.refs import Class, Function, Instance, Partial, Ref
from leaklint.resolve.resolver import Resolver
from leaklint.resolve.shapes import Generated

_ENTERED = ("__enter__", "__exit__", "__aenter__", "__aexit__")


def calls(resolver: Resolver, module: ModuleIR, procedure: Procedure) -> tuple[Function, ...]:
    """The project functions that a procedure may call, sorted and unbound: constructors, context managers, properties
    and nested functions it makes included."""
    found = {Function(f.module, f.name) for f in _calls(resolver, module, procedure)}
    return tuple(sorted(found, key=lambda function: (function.module, function.name)))


def _calls(resolver: Resolver, module: ModuleIR, procedure: Procedure) -> Iterator[Function]:
    properties: dict[str, bool] = {}
    for block in procedure.blocks:
        for step in block.instructions:
            if isinstance(step, ir.Call):
                for ref in resolver.callees(module, procedure, step):
                    yield from _called(resolver, ref)
            elif isinstance(step, ir.Enter):
                yield from _entered(resolver, module, procedure, step.ctx)
            elif isinstance(step, ir.MakeFunction):
                yield Function(module.module, step.procedure)
            elif isinstance(step, ir.Attr):
                yield from _getter(resolver, module, procedure, step, properties)


def _called(resolver: Resolver, ref: Ref) -> Iterator[Function]:
    if isinstance(ref, Partial):
        yield from _called(resolver, ref.of)
    elif isinstance(ref, Function):
        yield ref
    elif isinstance(ref, Class):
        yield from _methods(resolver, ref, ("__init__", "__new__", "__post_init__"))
    elif isinstance(ref, Instance) and isinstance(ref.of, Class):
        yield from _methods(resolver, ref.of, ("__call__",))


def _methods(resolver: Resolver, cls: Class, names: tuple[str, ...]) -> Iterator[Function]:
    info = resolver.class_info(cls)
    if info is not None:
        yield from (info.methods[name] for name in names if name in info.methods)


def _entered(resolver: Resolver, module: ModuleIR, procedure: Procedure, ctx: str) -> Iterator[Function]:
    for value in resolver.flow.solver.value(("operand", module.module, procedure.name, ctx)):
        if isinstance(value, Generated):
            yield value.of
        elif isinstance(value, Instance) and isinstance(value.of, Class):
            yield from _methods(resolver, value.of, _ENTERED)


def _getter(
    resolver: Resolver, module: ModuleIR, procedure: Procedure, step: ir.Attr, seen: dict[str, bool]
) -> Iterator[Function]:
    """A property getter behind an attribute: the base is looked at only where the module's text suggests one."""
    for ref in resolver.refs(module, procedure, step.base):
        if isinstance(ref, Instance) and isinstance(ref.of, Class):
            info = resolver.class_info(ref.of)
            if info is not None and step.name in info.properties:
                yield info.properties[step.name]
