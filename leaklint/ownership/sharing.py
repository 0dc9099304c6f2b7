"""Objects of which a program has one for as long as it runs: a module makes them for itself, or keeps what it made."""

from __future__ import annotations

from collections.abc import Iterator

from leaklint import ir
from leaklint.ownership.asking import Asking
from leaklint.resolve.refs import Class
from leaklint.resolve.resolver import Resolver


def is_shared(asking: Asking, cls: Class) -> bool:
    """Whether every object of a project class that the program is seen to make ends up in a module global, or is made
    in the body of the class's own module."""
    resolver = asking.resolver
    program = resolver.program
    name = cls.name.rpartition(".")[2]
    modules = {cls.module, *program.holding(name)}
    made: list[bool] = []
    for found in map(program.module, sorted(modules)):
        if found is None:
            continue
        for place in found.signatures:
            procedure = found.procedures[place] if program.mentions(found, found.signatures[place].span, name) else None
            if procedure is None:
                continue
            own = found.module == cls.module and procedure.kind == "module"
            made += [own or _kept(procedure, call) for call in _constructions(resolver, found, procedure, cls)]
    return bool(made) and all(made)


def _constructions(resolver: Resolver, module: ir.ModuleIR, procedure: ir.Procedure, cls: Class) -> Iterator[ir.Call]:
    for block in procedure.blocks:
        for step in block.instructions:
            if isinstance(step, ir.Call) and cls in resolver.refs(module, procedure, step.func):
                yield step


def _kept(procedure: ir.Procedure, call: ir.Call) -> bool:
    """Whether a call's result is put into a module global, or into a container that one holds."""
    steps = [step for block in procedure.blocks for step in block.instructions]
    names = {call.dst} | {step.dst for step in steps if isinstance(step, ir.Copy) and step.src == call.dst}
    shared = {step.dst for step in steps if isinstance(step, ir.LoadGlobal)}
    return any(
        (isinstance(step, ir.StoreGlobal) and step.src in names)
        or (isinstance(step, (ir.SetItem, ir.SetAttr)) and step.src in names and step.base in shared)
        for step in steps
    )
