"""Who calls whom: the functions of the project that a procedure may run."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from leaklint import ir
from leaklint.ir import ModuleIR, Procedure
from leaklint.resolve.refs import Class, Function, Instance, Partial, Ref
from leaklint.resolve.resolver import Resolver
from leaklint.resolve.shapes import Generated

_ENTERED = ("__enter__", "__exit__", "__aenter__", "__aexit__")


def calls(
    resolver: Resolver, module: ModuleIR, procedure: Procedure, names: Callable[[str], bool] | None = None
) -> tuple[Function, ...]:
    """The project functions that a procedure may call, sorted and unbound: constructors, context managers, properties
    and nested functions it makes included, but for those that a module defines. names: of those, only the ones that may
    be called by such a name."""
    wanted = names if names is not None else _any_name
    found = {Function(f.module, f.name) for f in _calls(resolver, module, procedure, wanted)}
    return tuple(sorted(found, key=lambda function: (function.module, function.name)))


def _any_name(name: str) -> bool:
    return True


def _calls(
    resolver: Resolver, module: ModuleIR, procedure: Procedure, wanted: Callable[[str], bool]
) -> Iterator[Function]:
    names: dict[str, str] = {}
    for block in procedure.blocks:
        for step in block.instructions:
            if type(step) is ir.Attr:
                names[step.dst] = step.name
                if wanted(step.name):
                    yield from _getter(resolver, module, procedure, step)
            elif type(step) is ir.LoadGlobal:
                names[step.dst] = step.name
            elif isinstance(step, ir.Call):
                name = names.get(step.func, "")
                # What a name calls that is no function of the program, nobody has to look up.
                names[step.dst] = name
                if not name or name.startswith("__") or wanted(name):
                    for ref in resolver.callees(module, procedure, step):
                        yield from _called(resolver, ref)
            elif isinstance(step, ir.Enter):
                name = names.get(step.ctx, "")
                if not name or name.startswith("__") or wanted(name):
                    yield from _entered(resolver, module, procedure, step.ctx)
            elif isinstance(step, ir.MakeFunction) and procedure.kind != "module":
                yield Function(module.module, step.procedure)


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


def _getter(resolver: Resolver, module: ModuleIR, procedure: Procedure, step: ir.Attr) -> Iterator[Function]:
    """A property getter behind an attribute."""
    for ref in resolver.refs(module, procedure, step.base):
        if isinstance(ref, Instance) and isinstance(ref.of, Class):
            info = resolver.class_info(ref.of)
            if info is not None and step.name in info.properties:
                yield info.properties[step.name]
