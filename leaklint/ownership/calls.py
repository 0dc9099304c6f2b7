"""Calls: from what is called and what it is given to what becomes of the resources involved."""

from __future__ import annotations

import msgspec

from leaklint import ir
from leaklint.model import Span
from leaklint.ownership import asking as questions
from leaklint.ownership import recognition
from leaklint.ownership.conditions import assume
from leaklint.ownership.faults import ANY
from leaklint.ownership.holding import ENTERING
from leaklint.ownership.invocation import Invocation, Results
from leaklint.ownership.keeping import EXITING
from leaklint.ownership.machine import Machine
from leaklint.ownership.objects import container_call, make, stopped_by_none
from leaklint.ownership.outside_calls import call_external, call_unknown, release_by_name, unknown_result
from leaklint.ownership.project_calls import call_closure, call_function, instantiate, lend
from leaklint.ownership.resources import (
    call_on,
    hand_over,
    leave_with,
    mark_used,
    operate,
    raise_after_release,
    release,
    release_taken_from,
    substitute,
    use,
    used_after_release,
)
from leaklint.ownership.values import (
    UNKNOWN,
    Applied,
    Bound,
    Closure,
    Condition,
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
from leaklint.ownership.world import Content, Status, World
from leaklint.resolve.refs import Class, External, Function, Instance, Method, Partial
from leaklint.resolve.refs import Ref as Name

MOST_CALLEES = 4
ENTERS_FOR_LATER = frozenset({"enter_context", "enter_async_context"})
"""Methods of an ExitStack that enter a context for it to leave."""


def call(m: Machine, w: World, at: int, c: ir.Call) -> Results:
    """Execute a call instruction: its normal ends; its exceptional ends go to the handler."""
    made = Invocation(
        at,
        c.span,
        c.dst,
        c.func,
        tuple(m.value(w, argument) for argument in c.args),
        tuple((name, m.value(w, argument)) for name, argument in c.keywords),
        c.awaited,
    )
    return invoke(m, w, made, m.value(w, c.func))


def invoke(m: Machine, w: World, made: Invocation, func: Value) -> Results:
    """Call `func`, or what the resolver says stands there."""
    if isinstance(func, Applied):
        joined = msgspec.structs.replace(made, args=(*func.args, *made.args))
        return invoke(m, w, joined, func.function)
    if isinstance(func, Closure):
        return call_closure(m, w, made, func)
    if _ends_registry(m, w, made):
        return [(w, UNKNOWN)]
    if isinstance(func, Elements):
        return _call_elements(m, w, made, func)
    if isinstance(func, Bound):
        settled = _call_bound(m, w, made, func)
        if settled is not None:
            return settled
    receiver, name = receiver_of(m, w, made, func)
    if isinstance(receiver, Heap):
        for rid in w.held_by(receiver):
            mark_used(w, rid)
    elif isinstance(receiver, Ref) and name in m.words.passing:
        m.passing.add(receiver.path)
    elif isinstance(receiver, Ref) and name not in m.catalog.release_words:
        use(m, w, receiver)
    if not made.values and release_taken_from(m, w, receiver, name, made.span, awaited=made.awaited):
        return [(w, UNKNOWN)]
    callees = m.refs(made.func)[:MOST_CALLEES]
    plain = any(isinstance(callee, (External, Function)) for callee in callees)
    if isinstance(receiver, Ref) and name in m.words.open_tests and not plain:
        return [(w, Condition("open", receiver, negated=not m.words.open_tests[name]))]
    if name in ENTERS_FOR_LATER and made.args and not any(isinstance(callee, Function) for callee in callees):
        return _enter_for_later(m, w, made, is_async=name == "enter_async_context")
    if not callees:
        return call_unknown(m, w, made, receiver, name)
    results: Results = []
    for callee in callees:
        results += call_name(m, w.fork() if len(callees) > 1 else w, made, callee, receiver, name)
    return results


def _enter_for_later(m: Machine, w: World, made: Invocation, *, is_async: bool) -> Results:
    """`self.stack.enter_context(connect())`: an ExitStack that lives elsewhere leaves the context when it is closed."""
    results: Results = []
    for world, bound, keeper in m.entering(w, made.args[0], made.span, made.at, made.operand, is_async=is_async):
        hand_over(m, world, keeper)
        hand_over(m, world, bound)
        results.append((world, bound))
    return results


def _ends_registry(m: Machine, w: World, made: Invocation) -> bool:
    """`Registry.remove()`, on a registry that the procedure made for itself: what it gave is released."""
    step = m.definitions.get(made.func)
    if made.values or not isinstance(step, ir.Attr) or step.base not in m.registries.values():
        return False
    source = m.value(w, step.base)
    return release_taken_from(m, w, source, step.name, made.span, awaited=made.awaited, name=step.base)


def receiver_of(m: Machine, w: World, made: Invocation, func: Value) -> tuple[Value, str]:
    """The object and method name of a call `object.method(...)`; an unknown object and "" for a plain function."""
    if isinstance(func, Bound):
        return func.base, func.name
    step = m.definitions.get(made.func)
    if isinstance(step, ir.Attr):
        return m.value(w, step.base), step.name
    return UNKNOWN, m.text(made.func).rpartition(".")[2]


def call_name(m: Machine, w: World, made: Invocation, callee: Name, receiver: Value, name: str) -> Results:
    """Call something the resolver knows by name."""
    if isinstance(callee, Partial):
        return call_name(m, w, made, callee.of, receiver, name)
    if isinstance(callee, Function):
        own = receiver if callee.bound else None
        if isinstance(own, Ref) and "." in own.path and name in m.catalog.release_words:
            return _release_of_field(m, w, made, callee, own, name)
        if isinstance(own, Ref) and own.path == m.self_name and name in m.catalog.release_words:
            return _release_of_self(m, w, made, callee, own, name)
        return call_function(m, w, made, callee, own)
    if isinstance(callee, Class):
        return instantiate(m, w, made, callee)
    if isinstance(callee, External):
        return call_external(m, w, made, callee.name, receiver, name)
    if isinstance(callee, Method):
        return call_external(m, w, made, callee.name, receiver, name, method=callee)
    if isinstance(callee, Instance):
        return _call_instance(m, w, made, callee, receiver, name)
    return call_unknown(m, w, made, receiver, name)


def _release_of_field(m: Machine, w: World, made: Invocation, callee: Function, own: Ref, name: str) -> Results:
    """`self.inner.close()`, where other objects of the class keep one of the project's own in that field: this one may
    as well keep the resource itself."""
    results: Results = []
    bare = w.fork()
    m.watched.add(own.path)
    if assume(w, Condition("held", own), False):
        results += call_function(m, w, made, callee, own)
    if assume(bare, Condition("held", own), True):
        operate(bare, own.path, name, made.span)
        results.append((bare, UNKNOWN))
    return results


def _release_of_self(m: Machine, w: World, made: Invocation, callee: Function, own: Ref, name: str) -> Results:
    """`self.close()`: where a subclass has a method of its own for it, that one may be what is called. The one of the
    base, which may do no more than raise ("not implemented"), is then not what fails."""
    step = m.definitions.get(made.func)
    written = isinstance(step, ir.Attr) and step.base == m.self_name
    if not (written and m.ask(questions.is_overridden, callee)):
        return call_function(m, w, made, callee, own)
    raised = m.raised
    m.raised = lambda world, fault, span: None
    try:
        results = call_function(m, w, made, callee, own) or [(w, UNKNOWN)]
    finally:
        m.raised = raised
    for world, _ in results:
        operate(world, own.path, f"await:{name}" if made.awaited else name, made.span)
    return results


def _call_instance(m: Machine, w: World, made: Invocation, callee: Instance, receiver: Value, name: str) -> Results:
    if isinstance(callee.of, Class):
        info = m.ask(questions.family, callee.of)
        method = info.methods.get("__call__") if info is not None else None
        if method is not None:
            return call_function(m, w, made, method, receiver)
        return call_unknown(m, w, made, receiver, name)
    known = f"{callee.of.name}.__call__"
    called = m.value(w, made.func)
    receiver = called if isinstance(called, (Held, Ref)) else receiver
    return call_external(m, w, made, known, receiver, name, method=Method(known, callee.sure))


def _call_bound(m: Machine, w: World, made: Invocation, func: Bound) -> Results | None:
    base, name = func.base, func.name
    if name in ENTERING or name in EXITING:
        managed = _manage_by_hand(m, w, made, base, name)
        if managed is not None:
            return managed
    if isinstance(base, Bound) and isinstance(base.base, Held):
        held, dotted = base.base, f"{base.name}.{name}"
        row = m.ledger.sites[w.resources[held.rid].site].resource
        return _call_on_resource(m, w, made, held, dotted) if dotted in row.release else None
    if isinstance(base, Held):
        return _call_on_resource(m, w, made, base, name)
    if isinstance(base, Elements):
        return _call_on_elements(m, w, made, base, name)
    if isinstance(base, Derived):
        return _call_on_derived(m, w, made, base, name)
    if isinstance(base, Heap):
        return _call_on_object(m, w, made, base, name)
    if isinstance(base, Manager) and base.does == "generator" and name in ("close", "aclose", "__exit__", "send"):
        return unknown_result(m, w, made, None)
    return None


def _manage_by_hand(m: Machine, w: World, made: Invocation, base: Value, name: str) -> Results | None:
    """`manager.__enter__()` or `manager.__exit__(...)`, where no `with` does it."""
    if not isinstance(base, (Held, Task, Manager)) or (
        isinstance(base, Manager) and base.does not in ("direct", "closing")
    ):
        return None
    entering = name in ENTERING
    if name in ("__aenter__", "__aexit__"):
        return [(w, Task("enter" if entering else "leave", made.at, base))]
    if entering:
        return enter_by_hand(m, w, base, made.span, made.at, made.operand, is_async=False)
    return leave_by_hand(m, w, base, made.span, made.at, is_async=False)


def enter_by_hand(m: Machine, w: World, base: Value, span: Span, at: int, operand: str, *, is_async: bool) -> Results:
    """Enter a manager; whatever named it names what its exit acts on from here on. An un-awaited acquisition takes its
    resource here."""
    if isinstance(base, Task) and base.does == "acquire":
        known, taking = m.pending[base.at]
        m.pending[base.at] = (known, msgspec.structs.replace(taking, span=span))
    results: Results = []
    for world, bound, keeper in m.entering(w, base, span, at, operand, is_async=is_async):
        if keeper != base:
            substitute(world, base, keeper)
        results.append((world, bound))
    return results


def leave_by_hand(m: Machine, w: World, base: Value, span: Span, at: int, *, is_async: bool) -> Results:
    """Leave a manager that was entered by hand."""
    return [(world, UNKNOWN) for world, _ in m.leaving(w, base, span, at, is_async=is_async, fault=None)]


def _call_on_resource(m: Machine, w: World, made: Invocation, base: Held, name: str) -> Results:
    site = m.ledger.sites[w.resources[base.rid].site]
    inner = recognition.method_of(m, site.library, site.resource, name)
    if inner is not None:
        return recognition.take(m, w, made, inner, base)
    settled = release_by_name(m, w, made, base, name, name)
    if settled is not None:
        return [(w, settled)]
    releases = name in site.resource.release
    result = call_on(m, w, base.rid, name, made.span, awaited=made.awaited)
    if isinstance(result, Task):
        return [(w, result)]
    if releases:
        raise_after_release(m, w, (base.rid,), recognition.fault_of(m, site.library), made.span)
        return [(w, UNKNOWN)]
    quiet = not m.words.strict and (name in site.resource.no_raise or m.cannot_raise(made.func, name))
    if not quiet and not (result is not None and name in (*site.resource.open_tests, *site.resource.closed_tests)):
        m.raised(w, recognition.fault_of(m, site.library), made.span)
    lend(w, made.values if name in site.resource.no_raise else (base, *made.values))
    return [(w, result if result is not None else UNKNOWN)]


def _call_on_elements(m: Machine, w: World, made: Invocation, base: Elements, name: str) -> Results | None:
    rids = sorted(w.held_by(base))
    if not rids:
        return None
    stopped = stopped_by_none(w, base)
    if stopped is not None:
        m.raised(stopped, Fault("builtins.AttributeError", exact=True), made.span)
        return []
    libraries = [m.ledger.sites[w.resources[rid].site].library for rid in rids]
    for rid in rids:
        if w.resources[rid].status != Status.RELEASED:  # the one before was released, this is the next
            call_on(m, w, rid, name, made.span, awaited=made.awaited)
    if not (name in m.catalog.release_words or m.cannot_raise(made.func, name)):
        m.raised(w, recognition.fault_of(m, libraries[0]), made.span)
    return [(w, UNKNOWN)]


def _call_elements(m: Machine, w: World, made: Invocation, func: Elements) -> Results:
    """Each callable of a container is called: a list of clean-up functions is worked off."""
    content = w.heap.get(func.oid)
    for value in content.elements if content is not None else ():
        if isinstance(value, Bound) and isinstance(value.base, Held):
            call_on(m, w, value.base.rid, value.name, made.span, awaited=made.awaited)
    return unknown_result(m, w, made, ANY)


def _call_on_derived(m: Machine, w: World, made: Invocation, base: Derived, name: str) -> Results:
    state = w.resources.get(base.rid)
    if state is None:
        return unknown_result(m, w, made, ANY)
    site = m.ledger.sites[state.site]
    if name not in m.catalog.release_words and site.resource.kind == "connection":
        used_after_release(m, w, base.rid, name, made.span)
    if name not in m.catalog.release_words and not m.cannot_raise(made.func, name):
        mark_used(w, base.rid)
        m.raised(w, recognition.fault_of(m, site.library), made.span)
    return [(w, Derived(base.rid) if name in site.resource.derives else UNKNOWN)]


def _call_on_object(m: Machine, w: World, made: Invocation, base: Heap, name: str) -> Results | None:
    content = w.heap.get(base.oid)
    if content is None:
        return None
    if content.cls == "stack":
        return _call_on_stack(m, w, made, base, content, name)
    known = container_call(m, w, base.oid, name, made.args)
    if known is not None:
        return [(w, known)]
    found = m.class_info(content.cls)
    method = found[1].methods.get(name) if found is not None else None
    if method is not None:
        return call_function(m, w, made, method, base)
    if name in m.catalog.release_words and w.held_by(base):
        for rid in sorted(w.held_by(base)):
            release(m, w, rid, made.span, quiet=True)
        return unknown_result(m, w, made, ANY)
    return None


def _call_on_stack(m: Machine, w: World, made: Invocation, base: Heap, content: Content, name: str) -> Results:
    """A method of an ExitStack."""
    if name in ("close", "aclose", "__exit__", "__aexit__"):
        for rid in sorted(w.held_by(base)):
            release(m, w, rid, made.span, quiet=True)
        w.heap[base.oid] = Content("stack")
        return [(w, UNKNOWN)]
    if name == "pop_all":
        moved = make(w, str(made.at), "stack", content.elements)
        w.heap[base.oid] = Content("stack")
        return [(w, moved)]
    kept: list[Value] = [value for value in made.values if w.held_by(value, m.captures)]
    if name in ENTERS_FOR_LATER and made.args:
        return _enter_on_stack(m, w, made, base, is_async=name == "enter_async_context")
    _keep_on_stack(m, w, base, kept)
    return [(w, UNKNOWN)]


def _keep_on_stack(m: Machine, w: World, base: Heap, kept: list[Value]) -> None:
    held: list[Value] = [Held(rid) for value in kept for rid in sorted(w.held_by(value, m.captures))]
    content = w.heap[base.oid]
    w.heap[base.oid] = Content("stack", (), tuple(dict.fromkeys((*content.elements, *held))))


def _enter_on_stack(m: Machine, w: World, made: Invocation, base: Heap, *, is_async: bool) -> Results:
    results: Results = []
    for world, bound, keeper in m.entering(w, made.args[0], made.span, made.at, made.operand, is_async=is_async):
        if not isinstance(keeper, Held) or recognition.exit_closes(m, world, keeper.rid, is_async=is_async):
            _keep_on_stack(m, world, base, [keeper])
        else:
            leave_with(m, world, keeper.rid, made.span, is_async=is_async, direct=False)
        results.append((world, bound))
    return results
