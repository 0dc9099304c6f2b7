"""Context managers: what entering one gives, and what leaving it does."""

from __future__ import annotations

from leaklint.model import Span
from leaklint.ownership import asking as questions
from leaklint.ownership.application import perform, possible
from leaklint.ownership.faults import ANY, taken
from leaklint.ownership.holding import enter_again
from leaklint.ownership.invocation import Invocation
from leaklint.ownership.machine import Machine
from leaklint.ownership.places import follow
from leaklint.ownership.project_calls import call_function, unbundle
from leaklint.ownership.recognition import fault_of, take_now
from leaklint.ownership.resources import call_on, leave_with, mark_used, operate, release
from leaklint.ownership.values import (
    UNKNOWN,
    Derived,
    Elements,
    Fault,
    Heap,
    Held,
    Manager,
    Ref,
    Task,
    Value,
)
from leaklint.ownership.world import Content, World
from leaklint.resolve.refs import Function

Entered = list[tuple[World, Value, Value]]
"""Worlds with what `as` binds and with the value that the exit acts on."""


def enter(m: Machine, w: World, ctx: Value, span: Span, at: int, operand: str, *, is_async: bool) -> Entered:
    """`with ctx as x`: may raise, else goes on."""
    if isinstance(ctx, Held):
        return [(w, ctx, enter_again(m, w, ctx))]
    if isinstance(ctx, Task):
        return _enter_task(m, w, ctx, span)
    if isinstance(ctx, Manager):
        if ctx.does in ("closing", "null"):
            return [(w, ctx.inner, ctx)]
        if ctx.does == "suppress":
            return [(w, UNKNOWN, ctx)]
        if not (ctx.does == "generator" and _enters_quietly(m, ctx.function)):
            m.raised(w, fault_of(m, ctx.function) if ctx.does == "lazy" else ANY, span)
        if ctx.does == "lazy" and isinstance(ctx.inner, Held):
            mark_used(w, ctx.inner.rid)
        return [(w, UNKNOWN, ctx)]
    if isinstance(ctx, Heap):
        return _enter_object(m, w, ctx, span, at, operand, is_async=is_async)
    if isinstance(ctx, (Ref, Elements)):
        return [(w, ctx, ctx)]
    if isinstance(ctx, Derived):
        return [(w, ctx, ctx)]
    m.raised(w, ANY, span)
    return [(w, UNKNOWN, ctx)]


def _enters_quietly(m: Machine, name: str) -> bool:
    module, _, procedure = name.partition(":")
    return m.ask(questions.enters_quietly, Function(module, procedure))


def _enter_task(m: Machine, w: World, task: Task, span: Span) -> Entered:
    """`async with pool.acquire() as conn`: the un-awaited call is entered."""
    if task.does == "acquire":
        known, made = m.pending[task.at]
        m.raised(w, fault_of(m, known.library), span)
        held = take_now(m, w, known, made, task.inner)
        return [(w, held, Manager("direct", held))]
    return [(world, value, value) for world, value in m.wait(w, task, span)]


def _enter_object(m: Machine, w: World, ctx: Heap, span: Span, at: int, operand: str, *, is_async: bool) -> Entered:
    content = w.heap.get(ctx.oid)
    if content is None or content.cls == "stack":
        return [(w, ctx, ctx)]
    method = _method(m, content, "__aenter__" if is_async else "__enter__")
    if method is None:
        if w.base_part(ctx) is None:
            m.raised(w, ANY, span)
        return [(w, ctx, ctx)]
    made = Invocation(at, span, operand, operand, ())
    entered: Entered = []
    for world, value in call_function(m, w, made, method, ctx):
        if isinstance(value, Task):
            entered += [(later, result, ctx) for later, result in m.wait(world, value, span)]
        else:
            entered.append((world, value, ctx))
    return entered


def _method(m: Machine, content: Content, name: str) -> Function | None:
    found = m.class_info(content.cls)
    return found[1].methods.get(name) if found is not None else None


def leave(
    m: Machine, w: World, ctx: Value, span: Span, at: int, *, is_async: bool, fault: Fault | None
) -> list[tuple[World, bool]]:
    """The block of a `with` ends, normally or by `fault`. Gives worlds and whether each ends the exception."""
    if isinstance(ctx, Held):
        leave_with(m, w, ctx.rid, span, is_async=is_async, direct=False)
        return [(w, False)]
    if isinstance(ctx, Ref):
        operate(w, ctx.path, "async-with" if is_async else "with", span)
        return [(w, False)]
    if isinstance(ctx, Manager):
        return _leave_manager(m, w, ctx, span, fault, is_async=is_async)
    if isinstance(ctx, Heap):
        return _leave_object(m, w, ctx, span, at, is_async=is_async)
    return [(w, False)]


def _leave_manager(
    m: Machine, w: World, ctx: Manager, span: Span, fault: Fault | None, *, is_async: bool
) -> list[tuple[World, bool]]:
    if ctx.does == "direct" and isinstance(ctx.inner, Held):
        leave_with(m, w, ctx.inner.rid, span, is_async=is_async, direct=True)
    elif ctx.does == "closing":
        if isinstance(ctx.inner, Held):
            call_on(m, w, ctx.inner.rid, ctx.method, span, awaited=True)
        elif isinstance(ctx.inner, Heap):
            return _close_object(m, w, ctx.inner, ctx.method, span)
        else:
            perform(m, w, ctx.inner, ctx.method, span)
    elif ctx.does == "suppress" and fault is not None:
        verdicts = [taken(fault, name, m.is_subclass) for name in ctx.types] or [None]
        if any(verdict for verdict in verdicts):
            return [(w, True)]
        if any(verdict is None for verdict in verdicts):
            return [(w.fork(), False), (w, True)]
    elif ctx.does == "generator":
        return _leave_generator(m, w, ctx, span, fault)
    return [(w, False)]


def _close_object(m: Machine, w: World, ctx: Heap, method: str, span: Span) -> list[tuple[World, bool]]:
    content = w.heap.get(ctx.oid)
    found = _method(m, content, method) if content is not None else None
    if found is not None:
        made = Invocation(m.at, span, "%", "%", ())
        return [(world, False) for world, _ in call_function(m, w, made, found, ctx)]
    for rid in sorted(w.held_by(ctx)):
        release(m, w, rid, span, quiet=True)
    return [(w, False)]


def _leave_generator(m: Machine, w: World, ctx: Manager, span: Span, fault: Fault | None) -> list[tuple[World, bool]]:
    """The rest of a @contextmanager function runs: what it does to its arguments happens now."""
    module, _, name = ctx.function.partition(":")
    given = bool(w.held_by(ctx.inner))
    summary = m.asking.summary(Function(module, name), given)
    if summary is None:
        return [(w, False)]
    roots = unbundle(ctx.inner)
    results: list[tuple[World, bool]] = []
    wanted = [o for o in summary.outcomes if (o.fault is not None) == (fault is not None)] or list(summary.outcomes)
    for outcome in wanted:
        world = w.fork()
        if not all(possible(m, world, path, mask, roots) for path, mask in outcome.assume):
            continue
        for operation in outcome.operations:
            perform(m, world, follow(m, world, operation.path, roots), operation.op, span)
        results.append((world, False))
    if fault is not None and summary.suppresses:
        results += [(world.fork(), True) for world, _ in results]
    return results or [(w, False)]


def _leave_object(m: Machine, w: World, ctx: Heap, span: Span, at: int, *, is_async: bool) -> list[tuple[World, bool]]:
    content = w.heap.get(ctx.oid)
    if content is None:
        return [(w, False)]
    if content.cls == "stack":
        for rid in sorted(w.held_by(ctx)):
            release(m, w, rid, span, quiet=True)
        w.heap[ctx.oid] = Content("stack")
        return [(w, False)]
    method = _method(m, content, "__aexit__" if is_async else "__exit__")
    if method is None:
        base = w.base_part(ctx)
        for rid in sorted(w.held_by(ctx)):
            if base == Held(rid):
                leave_with(m, w, rid, span, is_async=is_async, direct=False)
            else:
                release(m, w, rid, span, quiet=True)
        return [(w, False)]
    made = Invocation(at, span, "%", "%", ())
    worlds: list[tuple[World, bool]] = []
    for world, value in call_function(m, w, made, method, ctx):
        if isinstance(value, Task):
            worlds += [(later, False) for later, _ in m.wait(world, value, span)]
        else:
            worlds.append((world, False))
    return worlds
