"""What can be told of a function from its instructions alone, without interpreting it."""

from __future__ import annotations

from collections.abc import Container
from typing import Literal

from leaklint import ir
from leaklint.catalog import Catalog
from leaklint.ownership.liveness import reads, successors
from leaklint.resolve.refs import External, Method
from leaklint.resolve.resolver import Resolver

ASKING = frozenset({"bool", "getattr", "hasattr"})
MOST_QUESTIONS = 16
"""Blocks of a method that only answers a question."""
Names = dict[str, tuple[str, str]]
"""Operand -> the attribute or global that it is, and the one that it is an attribute of ("" for a global)."""
ADDING = frozenset(
    {
        *("append", "add", "put", "put_nowait", "insert", "extend", "appendleft"),
        *("push", "update", "setdefault", "register", "register_connection"),
    }
)
"""Method names by which containers of all kinds take an element in."""


def names_release(procedure: ir.Procedure, words: frozenset[str]) -> bool:
    """Whether the body loads an attribute, or calls a function, that has one of these names."""
    return any(
        isinstance(step, (ir.Attr, ir.LoadGlobal)) and step.name in words
        for block in procedure.blocks
        for step in block.instructions
    )


def touches_given(procedure: ir.Procedure, release: frozenset[str], release_to: frozenset[str]) -> bool:
    """Whether the body may release, enter or keep something that its caller gave it."""
    owner: dict[str, str] = {}
    parameters = {p.name for p in procedure.parameters} | set(procedure.free)
    receiver = procedure.parameters[0].name if procedure.kind == "method" and procedure.parameters else ""
    for block in procedure.blocks:
        for step in block.instructions:
            if isinstance(step, ir.Attr):
                owner[step.dst] = owner.get(step.base, step.base)
                if step.name in release_to:
                    return True
                if step.name in release and owner[step.dst] in parameters and step.base != receiver:
                    return True
            elif isinstance(step, (ir.Copy, ir.Await, ir.Iterate, ir.Item)):
                source = step.base if isinstance(step, ir.Item) else step.src
                origin = owner.get(source, source)
                if origin in parameters:
                    owner[step.dst] = origin
            elif isinstance(step, ir.Enter):
                if owner.get(step.ctx, step.ctx) in parameters:
                    return True
            elif isinstance(step, (ir.SetAttr, ir.StoreGlobal)) and step.src in parameters:
                return True
        end = block.terminator
        if isinstance(end, ir.Next) and owner.get(end.iterator, end.iterator) in parameters:
            owner[end.dst] = owner.get(end.iterator, end.iterator)
    return False


def returns_own_field(procedure: ir.Procedure) -> bool:
    """Whether a method returns a field of its object when it is called. A property is taken for the field itself."""
    if procedure.kind != "method" or procedure.decorators or not procedure.parameters:
        return False
    own = procedure.parameters[0].name
    fields = {
        step.dst
        for block in procedure.blocks
        for step in block.instructions
        if isinstance(step, ir.Attr) and step.base == own
    }
    ends = (block.terminator for block in procedure.blocks)
    return any(isinstance(end, ir.Return) and end.src in fields for end in ends)


def passes_on(procedure: ir.Procedure) -> tuple[ir.Call, ...]:
    """The calls that hand a parameter (or something reached through one) to somebody else, or are made on one."""
    parameters = {p.name for p in procedure.parameters} | set(procedure.free)
    owner: dict[str, str] = {}
    found: list[ir.Call] = []
    for block in procedure.blocks:
        for step in block.instructions:
            if isinstance(step, ir.Attr):
                owner[step.dst] = owner.get(step.base, step.base)
            elif isinstance(step, ir.Call):
                operands = (step.func, *step.args, *(value for _, value in step.keywords))
                if any(owner.get(operand, operand) in parameters for operand in operands):
                    found.append(step)
    return tuple(found)


def places_used(procedure: ir.Procedure, release: frozenset[str], passing: frozenset[str]) -> frozenset[str]:
    """The caller's places (`client`, `self.client`) on which the body calls a method that is no release. passing:
    methods whose `with` closes whatever is used of their object in the meantime."""
    place = {p.name: p.name for p in procedure.parameters}
    method: dict[str, str] = {}
    closed: set[str] = set()
    found: set[str] = set()
    for block in procedure.blocks:
        for step in block.instructions:
            if isinstance(step, ir.Attr) and step.base in place:
                place[step.dst] = f"{place[step.base]}.{step.name}"
                if step.name in passing:
                    closed.add(place[step.base])
                elif step.name not in release:
                    method[step.dst] = place[step.base]
            elif isinstance(step, ir.Call) and step.func in method:
                found.add(method[step.func])
    return frozenset(found - closed)


def is_quiet(resolver: Resolver, catalog: Catalog, module: ir.ModuleIR, procedure: ir.Procedure) -> bool:
    """Whether nothing in the body can fail in practice."""
    names: Names = {}
    calm = (_calm(resolver, catalog, module, procedure, block, names) for block in procedure.blocks)
    return all(how == "through" for how in calm)


def is_quiet_before_yield(resolver: Resolver, catalog: Catalog, module: ir.ModuleIR, procedure: ir.Procedure) -> bool:
    """Whether nothing that a generator does before its first `yield` can fail in practice."""
    names: Names = {}
    waiting, seen = [0], {0}
    while waiting:
        block = procedure.blocks[waiting.pop()]
        how = _calm(resolver, catalog, module, procedure, block, names)
        if how == "fails":
            return False
        if how == "yields":
            continue
        if not isinstance(block.terminator, (ir.Goto, ir.Branch)):
            return False
        after = set(successors(block, procedure.blocks, {})) - {block.handler} - seen
        seen |= after
        waiting += sorted(after)
    return True


def _calm(
    resolver: Resolver,
    catalog: Catalog,
    module: ir.ModuleIR,
    procedure: ir.Procedure,
    block: ir.Block,
    names: Names,
) -> Literal["fails", "yields", "through"]:
    """Whether a block may fail before its end or its first `yield`, whichever it comes to. names: what the operands
    loaded so far are called."""
    for step in block.instructions:
        if isinstance(step, ir.Attr):
            names[step.dst] = (step.name, names.get(step.base, (step.base, ""))[0])
        elif isinstance(step, ir.LoadGlobal):
            names[step.dst] = (step.name, "")
        elif isinstance(step, ir.Call):
            name, receiver = names.get(step.func, ("", ""))
            refs = resolver.refs(module, procedure, step.func)
            known = [catalog.cannot_raise(r.name) for r in refs if isinstance(r, (External, Method))]
            if not (known and all(known) and len(known) == len(refs)):
                if not catalog.method_cannot_raise(name, receiver):
                    return "fails"
        elif isinstance(step, ir.Yield):
            return "yields"
        elif isinstance(step, (ir.Await, ir.YieldFrom, ir.Enter)):
            return "fails"
    return "fails" if isinstance(block.terminator, ir.Raise) else "through"


def tells(procedure: ir.Procedure, open_tests: Container[str]) -> bool:
    """Whether a method does no more than to answer yes or no to a question about its object: `return self.conn is not
    None and not self.conn.closed`. open_tests: methods that tell whether something is open."""
    if procedure.kind != "method" or len(procedure.parameters) != 1 or len(procedure.blocks) > MOST_QUESTIONS:
        return False
    if procedure.is_generator or procedure.is_async:
        return False
    names: dict[str, str] = {}
    asks = False
    for block in procedure.blocks:
        for step in block.instructions:
            if isinstance(step, (ir.Attr, ir.LoadGlobal)):
                names[step.dst] = step.name
            elif isinstance(step, ir.Call):
                name = names.get(step.func, "")
                if name not in ASKING and name not in open_tests:
                    return False
                asks = True
            elif isinstance(step, (ir.Compare, ir.Not)):
                asks = True
            elif not isinstance(step, (ir.LoadConst, ir.Copy, ir.Catch, ir.Caught)):
                return False
        end = block.terminator
        if isinstance(end, ir.Return) and not end.src:
            return False
        asks = asks or isinstance(end, ir.Branch)
    return asks


def only_keeps(procedure: ir.Procedure, parameter: str, adding: frozenset[str]) -> bool:
    """Whether all the body does with a parameter is to put it somewhere: it is stored, or added to a container."""
    names: dict[str, str] = {}
    aliases = {parameter}
    for block in procedure.blocks:
        for step in block.instructions:
            if isinstance(step, ir.Attr):
                names[step.dst] = step.name
                if step.base in aliases:
                    return False
            elif isinstance(step, ir.Copy) and step.src in aliases:
                aliases.add(step.dst)
            elif isinstance(step, ir.Call):
                given = not aliases.isdisjoint((*step.args, *(value for _, value in step.keywords)))
                if step.func in aliases or (given and names.get(step.func, "") not in adding):
                    return False
            elif isinstance(step, (ir.Enter, ir.Iterate, ir.Item)):
                if not aliases.isdisjoint(reads(step)):
                    return False
    return True
