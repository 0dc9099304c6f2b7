"""Whether a procedure acquires by a call of its own, told by name or by shape before it is interpreted."""

from __future__ import annotations

from collections.abc import Callable

from leaklint import ir
from leaklint.catalog import Acquired, Catalog
from leaklint.resolve.refs import Class, External, Function, Instance, Method, Partial, Ref
from leaklint.resolve.resolver import Resolver


def acquires(
    resolver: Resolver,
    catalog: Catalog,
    module: ir.ModuleIR,
    procedure: ir.Procedure,
    leads: Callable[[ir.ModuleIR, str], bool],
    declared: Callable[[Function | Class], Acquired | None],
) -> bool:
    """Whether some call acquires. leads: whether a name leads to a resource in a module. declared: what the project
    says that a call of its own function or class takes."""
    names: dict[str, str] = {}
    for block in procedure.blocks:
        for step in block.instructions:
            if type(step) is ir.Attr or type(step) is ir.LoadGlobal:
                names[step.dst] = step.name
            elif isinstance(step, ir.Call):
                name = names.get(step.func, "")
                if name and not leads(module, name):
                    continue
                if catalog.by_method(name):
                    return True
                for ref in resolver.refs(module, procedure, step.func):
                    called = _call_name(ref)
                    if catalog.acquisition(called) or catalog.holding(called):
                        return True
                    if isinstance(ref, (Function, Class)) and declared(ref):
                        return True
                    if isinstance(ref, Class) and _inherits(resolver, catalog, ref):
                        return True
    return False


def _inherits(resolver: Resolver, catalog: Catalog, cls: Class) -> bool:
    """Whether making an object of a class makes one of a driver's, from which it inherits."""
    info = resolver.class_info(cls)
    bases = info.external_bases if info is not None else ()
    return any(catalog.acquisition(base.name) for base in bases)


def _call_name(ref: Ref) -> str:
    """The dotted name under which the catalog would know a call of `ref`."""
    while isinstance(ref, Partial):
        ref = ref.of
    if isinstance(ref, Instance) and isinstance(ref.of, External):
        return f"{ref.of.name}.__call__"
    return ref.name if isinstance(ref, (External, Method)) else ""
