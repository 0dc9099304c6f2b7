"""Classes as owners: which of their fields somebody gives back.

The answer is deliberately generous: a field counts as released when any method of the class or its relatives, or any
code of the same module, does something to it that may be a release. A class is blamed only where nothing is.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Set
from typing import Any

from leaklint import ir
from leaklint.catalog import Catalog
from leaklint.ownership.keeping import EXITING
from leaklint.ownership.liveness import reads
from leaklint.ownership.objects import TAKING, VIEWS
from leaklint.ownership.traits import ADDING
from leaklint.resolve.refs import Class, External, Function
from leaklint.resolve.resolver import Resolver

Touches = Callable[[Function], bool]
"""Whether a function of the project may do something to what it is given."""


Recall = Callable[[tuple[Any, ...], Callable[[], Any]], Any]
"""Gives what was found under a key before, else finds it; whoever asks rests on what that rests on."""


def field_releases(
    resolver: Resolver, catalog: Catalog, cls: Class, field: str, touches: Touches, recall: Recall
) -> frozenset[str]:
    """What the methods of a class, its subclasses' or its module's code may do to one of its fields: its name stands
    for a release.

    A field that stands in a `with` is told of as "with name" or "async with name": whether that releases it depends on
    its type. One that is given to a call as "passed name": whoever gets a container may release what it holds.
    "ends name" says that some of that code does not fill it again, as a method does that connects anew; "name in P"
    that it is the procedure P that releases it; "drops name" that a method called like a release sets it to None.

    Only code that names the field, or a method that returns it, is looked into.
    """
    if not field.isidentifier():
        return frozenset()
    family = (cls, *resolver.relatives(cls))
    names = {member.name for member in family}
    modules = {name: resolver.program.module(name) for name in dict.fromkeys(member.module for member in family)}
    known = [module for module in modules.values() if module is not None]

    def mentioning(word: str) -> dict[tuple[str, str], ir.ModuleIR]:
        return {(one.module, name): one for one in known for name in resolver.program.mentioning(one, word)}

    naming = mentioning(field)
    getters = sorted(
        {
            name.rpartition(".")[2]
            for (path, name), module in naming.items()
            if field in recall(("returned", path, name), functools.partial(_returned_fields, module, name))
        }
    )
    calling = {key: module for getter in getters for key, module in mentioning(getter).items()}
    returned = dict.fromkeys(getters, frozenset({field}))
    found: set[str] = set()
    for (path, name), module in {**naming, **calling}.items():
        signature = module.signatures[name]
        stranger = signature.kind == "method" and signature.class_name not in names
        receiver = signature.parameters[0].name if stranger and signature.parameters else ""
        find = functools.partial(_released_by, resolver, catalog, touches, module, name, returned, receiver)
        released, filled = recall(("released", path, name, receiver, *returned.items()), find)
        own = {one for one in released if one.rpartition(" ")[2] == field}
        found |= own | {f"ends {one}" for one in own - filled} | {f"{one} in {name}" for one in own}
        if signature.class_name in names and name.rpartition(".")[2] in catalog.release_words | EXITING:
            if field in _emptied(module.procedures[name]) and f"passed {field}" not in released:
                found.add(f"drops {field}")
    return frozenset(found)


def _released_by(
    resolver: Resolver,
    catalog: Catalog,
    touches: Touches,
    module: ir.ModuleIR,
    name: str,
    getters: Mapping[str, Set[str]],
    receiver: str,
) -> tuple[frozenset[str], frozenset[str]]:
    """The fields that a procedure may release, and those of them that it fills."""
    procedure = module.procedures[name]
    takes_over = functools.partial(_takes_over, resolver, catalog, touches, module, procedure)
    released = frozenset(_releases_in(procedure, catalog, getters, receiver, takes_over))
    return released, released & _filled(procedure)


def _emptied(procedure: ir.Procedure) -> set[str]:
    """The fields of its object that a method sets to None."""
    own = procedure.parameters[0].name if procedure.parameters else ""
    steps = [step for block in procedure.blocks for step in block.instructions]
    nothing = {step.dst for step in steps if isinstance(step, ir.LoadConst) and step.value is None}
    return {step.name for step in steps if isinstance(step, ir.SetAttr) and step.base == own and step.src in nothing}


def _filled(procedure: ir.Procedure) -> set[str]:
    """Attribute names that the body gives a value other than a constant: a new connection for the one it closed."""
    steps = [step for block in procedure.blocks for step in block.instructions]
    constants = {step.dst for step in steps if isinstance(step, ir.LoadConst)}
    return {step.name for step in steps if isinstance(step, ir.SetAttr) and step.src not in constants}


def _takes_over(
    resolver: Resolver, catalog: Catalog, touches: Touches, module: ir.ModuleIR, procedure: ir.Procedure, func: str
) -> bool:
    """Whether what is called may release, or keep, what it is given. A driver's own classes and functions that are
    given a connection work with it."""
    refs = resolver.refs(module, procedure, func)
    return not refs or any(
        touches(ref)
        if isinstance(ref, Function)
        else not (isinstance(ref, External) and _works_with(catalog, ref.name))
        for ref in refs
    )


def _works_with(catalog: Catalog, name: str) -> bool:
    return name.partition(".")[0] in catalog.modules or catalog.cannot_raise(name)


def _returned_fields(module: ir.ModuleIR, name: str) -> frozenset[str]:
    """Attribute names `f` of which a body returns `something.f`."""
    procedure = module.procedures[name]
    field_of = {
        step.dst: step.name for block in procedure.blocks for step in block.instructions if isinstance(step, ir.Attr)
    }
    ends = (block.terminator for block in procedure.blocks)
    return frozenset(field_of[end.src] for end in ends if isinstance(end, ir.Return) and end.src in field_of)


def _releases_in(
    procedure: ir.Procedure,
    catalog: Catalog,
    getters: Mapping[str, Set[str]],
    receiver: str,
    takes_over: Callable[[str], bool],
) -> set[str]:
    """Attribute names `f` for which the body may release `something.f`. getters: method -> fields it returns;
    receiver: the `self` of an unrelated class, whose fields are other fields; takes_over: see `_takes_over`."""
    field_of: dict[str, str] = {}
    part_of: dict[str, str] = {}
    method_of: dict[str, str] = {}
    locals_of: dict[str, set[str]] = {}
    found: set[str] = set()
    releases = False
    words = catalog.release_words | EXITING
    taking_back = _taking_back(procedure, catalog.take_back_words)
    for block in procedure.blocks:
        for step in block.instructions:
            if isinstance(step, ir.Attr):
                method_of[step.dst] = step.name
                part_of[step.dst] = step.base
                if step.base != receiver or not receiver:
                    field_of[step.dst] = step.name
                if step.name in TAKING or step.name in VIEWS:
                    locals_of.setdefault(step.dst, set()).update(_fields(step.base, field_of, locals_of))
                if step.name in words and step.dst not in taking_back:
                    releases = True
                    found |= _fields(step.base, field_of, locals_of)
                    if step.base in part_of:  # `self.log.storage.close()` releases what the log holds
                        found |= _fields(part_of[step.base], field_of, locals_of)
            elif isinstance(step, ir.Copy):
                origin = _fields(step.src, field_of, locals_of)
                if origin:
                    locals_of.setdefault(step.dst, set()).update(origin)
            elif isinstance(step, (ir.Build, ir.Unpack, ir.Await, ir.Iterate, ir.Item)):
                origins = {f for operand in reads(step) for f in _fields(operand, field_of, locals_of)}
                for dst in getattr(step, "dsts", None) or (getattr(step, "dst", ""),):
                    if origins:
                        locals_of.setdefault(dst, set()).update(origins)
            elif isinstance(step, ir.Call):
                name = method_of.get(step.func, "")
                taken = locals_of.get(step.func, set())
                if taken:
                    locals_of.setdefault(step.dst, set()).update(taken)
                if getters.get(name):
                    locals_of.setdefault(step.dst, set()).update(getters[name])
                operands = (*step.args, *(value for _, value in step.keywords))
                passed = {field for operand in operands for field in _fields(operand, field_of, locals_of)}
                if name in words or (passed and (not name or name[:1].isupper()) and takes_over(step.func)):
                    found |= passed
                if name not in ADDING:
                    found |= {f"passed {field}" for field in passed}
            elif isinstance(step, ir.Enter):
                form = "async with" if step.is_async else "with"
                found |= {f"{form} {name}" for name in _fields(step.ctx, field_of, locals_of)}
            elif isinstance(step, ir.Yield):
                found |= _fields(step.src, field_of, locals_of)
        if isinstance(block.terminator, ir.Next):
            origins = _fields(block.terminator.iterator, field_of, locals_of)
            if origins:
                locals_of.setdefault(block.terminator.dst, set()).update(origins)
    if releases and not receiver:
        found |= {f for origin in locals_of.values() for f in origin}
    return found


def _taking_back(procedure: ir.Procedure, words: frozenset[str]) -> set[str]:
    """The operands of methods that are called to take something back: what they are called on stays open."""
    steps = [step for block in procedure.blocks for step in block.instructions]
    called = {step.func for step in steps if isinstance(step, ir.Call) and step.args}
    return {step.dst for step in steps if isinstance(step, ir.Attr) and step.name in words and step.dst in called}


def _fields(operand: str, field_of: dict[str, str], locals_of: dict[str, set[str]]) -> set[str]:
    if operand in field_of:
        return {field_of[operand]}
    return set(locals_of.get(operand, ()))


def finalizes(resolver: Resolver, catalog: Catalog, cls: Class) -> bool:
    """Whether the class has a `__del__` that names a release or calls another method."""
    info = resolver.class_info(cls)
    method = info.methods.get("__del__") if info is not None else None
    found = resolver.function(Function(method.module, method.name)) if method is not None else None
    return found is not None and any(
        isinstance(step, ir.Call) for block in found[1].blocks for step in block.instructions
    )
