"""Calls of Python's own functions, and of the wrappers that the catalog describes (closing, ExitStack, shield ...)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from leaklint import ir
from leaklint.catalog.schema import Wrapper
from leaklint.ownership.conditions import SEPARATOR, identity
from leaklint.ownership.faults import ANY
from leaklint.ownership.machine import Machine
from leaklint.ownership.objects import advance, iterate, make
from leaklint.ownership.places import attribute, store, truth_of_attribute
from leaklint.ownership.resources import hand_over, transfer
from leaklint.ownership.values import (
    FALSE,
    NOTHING,
    TRUE,
    UNKNOWN,
    Applied,
    Bound,
    Bundle,
    Closure,
    Condition,
    Const,
    Heap,
    Iterator,
    Manager,
    Ref,
    Task,
    Unknown,
    Value,
)
from leaklint.ownership.world import Status, World
from leaklint.resolve.refs import Class, External

if TYPE_CHECKING:
    from leaklint.ownership.invocation import Invocation, Results

COPYING = frozenset({"list", "tuple", "set", "sorted", "reversed", "iter", "frozenset"})

SOLID = frozenset(f"builtins.{name}" for name in ("dict", "frozenset", "list", "range", "set", "sorted", "tuple"))
"""What makes something whose iterator does not fail."""
_MOST_DIGITS = 10


def _is_not_empty(limits: tuple[Value, ...]) -> bool:
    """Whether `range` of these, as they are written, has a number at all."""
    numbers = [
        int(one.text)
        for one in limits
        if isinstance(one, Const) and one.text.isdecimal() and len(one.text) < _MOST_DIGITS
    ]
    return len(numbers) == len(limits) <= 2 and bool(range(*numbers))


def call_builtin(m: Machine, w: World, made: Invocation, name: str) -> Results | None:
    """A builtin that tells something of its argument; None for any other."""
    args = made.args
    if name in ("locals", "vars") and not args:
        return [(w, Unknown("locals()"))]
    if name == "super":
        own = args[-1] if len(args) == 2 else m.value(w, m.self_name) if m.self_name else UNKNOWN
        return [(w, own if isinstance(own, Ref) else UNKNOWN)]
    if not args:
        if name in ("list", "dict", "set"):
            return [(w, make(w, str(made.at), name))]
        return None
    if name == "range" and _is_not_empty(args):
        return [(w, Bundle((UNKNOWN,)))]
    if name in ("len", "bool"):
        return [(w, Condition("size" if name == "len" else "truth", args[0]))]
    if name in COPYING:
        held = isinstance(args[0], (Heap, Bundle, Iterator)) and w.held_by(args[0])
        return [(w, args[0] if held else UNKNOWN)]
    if name == "enumerate":
        over = iterate(w, args[0])
        return [(w, Iterator(over.of, over.started, over.pairs, True) if isinstance(over, Iterator) else UNKNOWN)]
    verdict = _is_instance(m, w, made) if name == "isinstance" else None
    if verdict is not None:
        return [(w, TRUE if verdict else FALSE)]
    if name in ("isinstance", "issubclass", "callable"):
        subject = identity(args[0])
        return [
            (
                w,
                Condition("same", UNKNOWN, f"{subject}{SEPARATOR}{name}{SEPARATOR}{m.argument_text(made.at, 1)}")
                if subject
                else UNKNOWN,
            )
        ]
    if name in ("hasattr", "getattr", "setattr") and len(args) > 1:
        return _by_attribute_name(m, w, made, name)
    if name == "next":
        return _next(m, w, made)
    return None


def _is_instance(m: Machine, w: World, made: Invocation) -> bool | None:
    """Whether an object that was made here, or None, is of a class; None where that cannot be told."""
    operands = m.argument_operands(made.at)
    wanted = m.refs(operands[1]) if len(operands) == 2 else ()
    if not wanted or not all(isinstance(ref, Class) for ref in wanted):
        return None
    if made.args[0] == NOTHING:
        return False
    content = w.heap.get(made.args[0].oid) if isinstance(made.args[0], Heap) else None
    found = m.class_info(content.cls) if content is not None else None
    return not {found[0], *found[1].bases}.isdisjoint(wanted) if found is not None else None


def _by_attribute_name(m: Machine, w: World, made: Invocation, name: str) -> Results | None:
    base, wanted = made.args[0], made.args[1]
    if not isinstance(wanted, Const) or wanted.text[:1] not in "'\"":
        for value in made.args[2:] if name == "setattr" else ():
            hand_over(m, w, value)  # in a field that nobody here can name
        return None
    text = wanted.text[1:-1]
    if name == "setattr":
        store(m, w, base, text, made.args[2] if len(made.args) > 2 else UNKNOWN, made.span)
        return [(w, UNKNOWN)]
    value = truth_of_attribute(m, attribute(m, w, base, text))
    if name == "getattr":
        return [(w, value)]
    if isinstance(value, Ref):
        return [(w, Condition("same", UNKNOWN, f"{value.path}{SEPARATOR}hasattr"))]
    return [(w, UNKNOWN if isinstance(value, Unknown) else TRUE)]


def _next(m: Machine, w: World, made: Invocation) -> Results:
    first = made.args[0]
    step = advance(w, iterate(w, first))
    m.raised(w, ANY, made.span)
    if isinstance(first, Manager) and first.does == "generator":
        return [(w, UNKNOWN)]
    return [(w, step[0] if step is not None else UNKNOWN)]


def call_wrapper(m: Machine, w: World, made: Invocation, wrapper: Wrapper) -> Results | None:
    """A call that the catalog describes as a wrapper; None when its arguments do not fit."""
    first = made.args[wrapper.argument] if len(made.args) > wrapper.argument else None
    does = wrapper.does
    if does == "exit-stack":
        return [(w, make(w, str(made.at), "stack"))]
    if does == "suppresses":
        types = tuple(m.type_names(made.at))
        return [(w, Manager("suppress", types=types))]
    if does == "registers":
        for value in made.values:
            hand_over(m, w, value, m.captures)
        return [(w, UNKNOWN)]
    if does == "calls":
        return _run(m, w, made, wrapper, first)
    if does == "encloses":
        return [(w, Manager("null", first or UNKNOWN))]
    if first is None:
        return None
    if does == "closes-on-exit":
        return [(w, Manager("closing", first, wrapper.method or "close"))]
    if does == "passes-through":
        return [(w, first)]
    if does == "partial":
        return [(w, Applied(first, made.args[wrapper.argument + 1 :]))]
    if does == "awaits":
        return _await_now(m, w, made)
    return None


def _await_now(m: Machine, w: World, made: Invocation) -> Results:
    worlds: Results = [(w, UNKNOWN)]
    tasks = [value for value in _flat(w, made.values) if isinstance(value, Task)]
    if not tasks:
        m.raised(w, ANY, made.span)
        return worlds
    for task in tasks:
        worlds = [pair for world, _ in worlds for pair in m.wait(world, task, made.span)]
    return worlds if len(tasks) == 1 else [(world, UNKNOWN) for world, _ in worlds]


def _flat(w: World, values: tuple[Value, ...]) -> list[Value]:
    flat: list[Value] = []
    for value in values:
        if isinstance(value, Bundle):
            flat += value.items
        elif isinstance(value, Heap) and value.oid in w.heap:
            flat += w.heap[value.oid].elements
        else:
            flat.append(value)
    return flat


def _run(m: Machine, w: World, made: Invocation, wrapper: Wrapper, first: Value | None) -> Results:
    """Something calls the function it is given, now or in another thread."""
    target = made.keyword("target") or first
    rest = made.args[wrapper.argument + 1 :]
    given = made.keyword("args")
    if isinstance(given, Bundle):
        rest = given.items
    operand = m.argument_operand(made.at, "target", wrapper.argument)
    if target is None or operand is None:
        m.raised(w, ANY, made.span)
        return [(w, UNKNOWN)]
    inner = msgspec.structs.replace(made, func=operand, args=rest, keywords=(), awaited=False)
    if not isinstance(target, (Closure, Bound, Applied)) and not m.refs(operand):
        m.raised(w, ANY, made.span)
        return [(w, UNKNOWN)]
    return _elsewhere(m, w, inner, target) if wrapper.elsewhere else m.invoke(w, inner, target)


def _elsewhere(m: Machine, w: World, inner: Invocation, target: Value) -> Results:
    """The call is made in another thread, or later: where it fails, this procedure goes on all the same."""
    failed: Results = []
    raised = m.raised
    m.raised = lambda world, fault, span: failed.append((world.fork(), UNKNOWN))
    try:
        results = m.invoke(w, inner, target)
    finally:
        m.raised = raised
    for rid in {rid for value in inner.values for rid in w.held_by(value)}:
        if results and all(world.resources[rid].status == Status.RELEASED for world, _ in results):
            for world, _ in failed:  # what it gives back is its own, whether it comes to that or not
                transfer(m, world, rid)
    return [(world, UNKNOWN) for world, _ in results] + failed


def is_solid(m: Machine, iterator: str) -> bool:
    """Whether an iterator goes over what a builtin has made: the next element is there or is not, and none fails."""
    taken = m.definitions.get(iterator)
    made = m.definitions.get(taken.src) if isinstance(taken, ir.Iterate) else None
    if not isinstance(made, ir.Call):
        return False
    return any(isinstance(ref, External) and ref.name in SOLID for ref in m.refs(made.func))
