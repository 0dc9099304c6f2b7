"""Calls of the program's own functions and classes, through their summaries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from leaklint import ir
from leaklint.catalog import PROJECT
from leaklint.ownership import asking as questions
from leaklint.ownership import recognition
from leaklint.ownership.application import Point, apply_summary, bind, settle_finalized
from leaklint.ownership.faults import ANY
from leaklint.ownership.invocation import Invocation, Results
from leaklint.ownership.machine import Machine
from leaklint.ownership.objects import make, set_field
from leaklint.ownership.outside_calls import call_unknown, release_by_name, settle_lazy, unknown_result
from leaklint.ownership.resources import mark_used
from leaklint.ownership.values import (
    UNKNOWN,
    Bundle,
    Closure,
    Const,
    Heap,
    Held,
    Manager,
    Ref,
    Task,
    Value,
)
from leaklint.ownership.world import BASE, World
from leaklint.resolve.refs import Class, External, Function


def call_function(
    m: Machine, w: World, made: Invocation, function: Function, own: Value | None, *, at_origin: bool = False
) -> Results:
    """Call a function of the project through its summary. at_origin: see `Point`."""
    declared = recognition.declared(m, made, function)
    if declared is not None:
        return recognition.take(m, w, made, declared, own or UNKNOWN)
    settled = _give_to_own(m, w, made, function, own or UNKNOWN)
    if settled is not None:
        return [(w, settled)]
    summary = m.asking.summary(function, _is_given(m, w, function, (*made.values, own or UNKNOWN)))
    taken = m.ask(questions.parameters, function)
    if summary is None or taken is None:
        return call_unknown(m, w, made, own or UNKNOWN, function.name.rpartition(".")[2])
    roots = bind_arguments(taken, made, own)
    if summary.kind == "manager":
        return [(w, Manager("generator", _bundle(roots), function=f"{function.module}:{function.name}"))]
    if summary.kind == "generator":
        return [(w, UNKNOWN)]
    if summary.kind == "coroutine":
        m.tasks[made.at] = (summary, made.operand, made.span)
        return [(w, Task("call", made.at, inner=_bundle(roots)))]
    results = apply_summary(m, w, Point(made.at, made.span, made.operand, at_origin=at_origin), summary, roots)
    for world, _ in results:
        lend(world, made.values)
    return results


def _is_given(m: Machine, w: World, function: Function, values: Sequence[Value]) -> bool:
    """Whether a call hands something over that the function may do something to, or give a part of."""
    if any(w.held_by(value, m.captures) for value in values):
        return True
    if not any(isinstance(value, Ref) for value in values):
        return False
    return m.ask(questions.touches, function) or m.ask(questions.returns_own_field, function)


def _give_to_own(m: Machine, w: World, made: Invocation, function: Function, own: Value) -> Value | None:
    """A declared resource is given to the project's own function that takes it back; None for any other call."""
    name = function.name.rpartition(".")[2]
    for value in made.values:
        if isinstance(value, Held):
            site = m.ledger.sites[w.resources[value.rid].site]
            if site.library == PROJECT and name in (*site.resource.release_to, *_last(site.resource.release_functions)):
                return release_by_name(m, w, made, own, name, f"{function.module}.{function.name}")
    return None


def _last(names: Iterable[str]) -> Iterator[str]:
    return (name.rpartition(".")[2] for name in names)


def _bundle(roots: dict[str, Value]) -> Bundle:
    """Roots as one hashable value: name, value, name, value ..."""
    flat: list[Value] = []
    for name in sorted(roots):
        flat += (Const(name), roots[name])
    return Bundle(tuple(flat))


def unbundle(value: Value) -> dict[str, Value]:
    """The roots that `_bundle` packed."""
    items = value.items if isinstance(value, Bundle) else ()
    return {getattr(items[i], "text", ""): items[i + 1] for i in range(0, len(items), 2)}


def bind_arguments(taken: tuple[ir.Parameter, ...], made: Invocation, own: Value | None) -> dict[str, Value]:
    """The callee's parameters with the values given."""
    parameters = tuple((p.name, p.kind, p.has_default, p.default) for p in taken)
    return bind(parameters, made.args, dict(made.keywords), own)


def call_closure(m: Machine, w: World, made: Invocation, func: Closure) -> Results:
    function = Function(m.module.module, func.procedure)
    summary = m.asking.summary(function, True)
    taken = m.ask(questions.parameters, function)
    if summary is None or taken is None:
        return unknown_result(m, w, made, ANY)
    roots = bind_arguments(taken, made, None)
    for name in m.captured(func.procedure):
        roots.setdefault(name, m.value(w, name))
    if summary.kind in ("manager", "generator"):
        return [(w, Manager("generator", _bundle(roots), function=f"{function.module}:{function.name}"))]
    if summary.kind == "coroutine":
        m.tasks[made.at] = (summary, made.operand, made.span)
        return [(w, Task("call", made.at, inner=_bundle(roots)))]
    return apply_summary(m, w, Point(made.at, made.span, made.operand), summary, roots)


def instantiate(m: Machine, w: World, made: Invocation, cls: Class) -> Results:
    """Construct an object of a project class."""
    declared = recognition.declared(m, made, cls)
    if declared is not None:
        return recognition.take(m, w, made, declared, UNKNOWN)
    label = m.label(cls)
    info = m.ask(questions.family, cls)
    init = info.methods.get("__init__") if info is not None else None
    known = recognition.inherited(m, made, info.bases) if info is not None else None
    settle_lazy(m, w, made.values)
    if init is None:
        order = m.ask(questions.field_order, cls) if info is not None else ()
        named = {**dict(zip(order, made.args)), **dict(made.keywords)}
        loose = () if order else tuple(v for v in made.args if w.held_by(v))
        made_object = make(w, str(made.at), label, loose, tuple((k, v) for k, v in named.items() if k))
        if known is not None:
            if m.words.strict or known.row.kind != "session" or known.row.opens != "first-use":
                m.raised(w, recognition.fault_of(m, known.library), made.span)
            return _with_base(m, [(w, made_object)], known, made)
        if not _external_base(info):
            return [(w, made_object)]
        return unknown_result(m, w, made, ANY, made_object)
    instance = make(w, str(made.at), label)
    summary = m.asking.summary(init, _is_given(m, w, init, made.values))
    taken = m.ask(questions.parameters, init)
    if summary is None or taken is None:
        held = tuple(v for v in made.values if w.held_by(v))
        return unknown_result(m, w, made, ANY, make(w, str(made.at), label, held))
    roots = bind_arguments(taken, made, instance)
    results: Results = [
        (world, instance)
        for world, _ in apply_summary(m, w, Point(made.at, made.span, made.operand, instance), summary, roots)
    ]
    if known is not None:
        return _with_base(m, results, known, made)
    for world, _ in results:
        settle_finalized(m, world, instance)
    return results


def _with_base(m: Machine, results: Results, known: recognition.Known, made: Invocation) -> Results:
    """The new objects hold what a driver's class, which theirs inherits from, holds."""
    for world, instance in results:
        if isinstance(instance, Heap):
            set_field(world, instance.oid, BASE, recognition.take_base(m, world, known, made))
            settle_finalized(m, world, instance)
    return results


def _external_base(info: object) -> bool:
    bases = getattr(info, "bases", ())
    return any(isinstance(base, External) and not base.name.startswith("builtins.") for base in bases)


def lend(w: World, values: Iterable[Value]) -> None:
    for value in values:
        if isinstance(value, Held):
            mark_used(w, value.rid)
