"""Calls: from what is called and what it is given to what becomes of the resources involved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from leaklint import ir
from leaklint.catalog import PROJECT
from leaklint.model import Span
from leaklint.ownership import recognition
from leaklint.ownership.application import Point, apply_summary, bind, perform, settle_finalized
from leaklint.ownership.builtin_calls import call_builtin, call_wrapper
from leaklint.ownership.faults import ANY
from leaklint.ownership.holding import ENTERING
from leaklint.ownership.keeping import EXITING, KINDS
from leaklint.ownership.machine import Machine
from leaklint.ownership.objects import container_call, keep_elsewhere, make
from leaklint.ownership.resources import (
    OWNER_KINDS,
    call_on,
    give_to,
    hand_over,
    leave_with,
    mark_used,
    operate,
    raise_after_release,
    release,
    release_source,
    release_taken_from,
    substitute,
    transfer,
    used_after_release,
)
from leaklint.ownership.values import (
    UNKNOWN,
    Applied,
    Bound,
    Bundle,
    Closure,
    Condition,
    Const,
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

Results = list[tuple[World, Value]]
MOST_CALLEES = 4


class Invocation(msgspec.Struct, frozen=True):
    """One call as it is made: `at` numbers the instruction, `operand` is where its value goes."""

    at: int
    span: Span
    operand: str
    func: str
    args: tuple[Value, ...]
    keywords: tuple[tuple[str, Value], ...] = ()
    awaited: bool = False

    @property
    def values(self) -> tuple[Value, ...]:
        """All arguments, keywords after positions."""
        return (*self.args, *(value for _, value in self.keywords))

    def keyword(self, name: str) -> Value | None:
        """The argument given by name."""
        return next((value for key, value in self.keywords if key == name), None)


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
        return _call_closure(m, w, made, func)
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
    if not made.values and release_taken_from(m, w, receiver, name, made.span, awaited=made.awaited):
        return [(w, UNKNOWN)]
    callees = m.refs(made.func)[:MOST_CALLEES]
    plain = any(isinstance(callee, (External, Function)) for callee in callees)
    if isinstance(receiver, Ref) and name in m.knowledge.open_tests and not plain:
        return [(w, Condition("open", receiver, negated=not m.knowledge.open_tests[name]))]
    if not callees:
        return _call_unknown(m, w, made, receiver, name)
    results: Results = []
    for callee in callees:
        results += call_name(m, w.fork() if len(callees) > 1 else w, made, callee, receiver, name)
    return results


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
        return call_function(m, w, made, callee, own)
    if isinstance(callee, Class):
        return instantiate(m, w, made, callee)
    if isinstance(callee, External):
        return _call_external(m, w, made, callee.name, receiver, name)
    if isinstance(callee, Method):
        return _call_external(m, w, made, callee.name, receiver, name, method=callee)
    if isinstance(callee, Instance):
        return _call_instance(m, w, made, callee, receiver, name)
    return _call_unknown(m, w, made, receiver, name)


def _call_instance(m: Machine, w: World, made: Invocation, callee: Instance, receiver: Value, name: str) -> Results:
    if isinstance(callee.of, Class):
        info = m.resolver.class_info(callee.of)
        method = info.methods.get("__call__") if info is not None else None
        if method is not None:
            return call_function(m, w, made, method, receiver)
        return _call_unknown(m, w, made, receiver, name)
    known = f"{callee.of.name}.__call__"
    called = m.value(w, made.func)
    receiver = called if isinstance(called, (Held, Ref)) else receiver
    return _call_external(m, w, made, known, receiver, name, method=Method(known, callee.sure))


# -- project functions ----------------------------------------------------------------------------------------------


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
    given = any(w.held_by(value, m.captures) for value in (*made.values, own or UNKNOWN))
    if not given and any(isinstance(value, Ref) for value in (*made.values, own)):
        given = m.knowledge.touches(function)
    summary = m.knowledge.summary(function, given=given)
    found = m.resolver.function(function)
    if summary is None or found is None:
        return _call_unknown(m, w, made, own or UNKNOWN, function.name.rpartition(".")[2])
    roots = bind_arguments(found[1], made, own)
    if summary.kind == "manager":
        return [(w, Manager("generator", _bundle(roots), function=f"{function.module}:{function.name}"))]
    if summary.kind == "generator":
        return [(w, UNKNOWN)]
    if summary.kind == "coroutine":
        m.tasks[made.at] = (summary, made.operand, made.span)
        return [(w, Task("call", made.at, inner=_bundle(roots)))]
    results = apply_summary(m, w, Point(made.at, made.span, made.operand, at_origin=at_origin), summary, roots)
    for world, _ in results:
        _lend(world, made.values)
    return results


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


def bind_arguments(procedure: ir.Procedure, made: Invocation, own: Value | None) -> dict[str, Value]:
    """The callee's parameters with the values given."""
    parameters = tuple((p.name, p.kind, p.has_default, p.default) for p in procedure.parameters)
    return bind(parameters, made.args, dict(made.keywords), own)


def _call_closure(m: Machine, w: World, made: Invocation, func: Closure) -> Results:
    function = Function(m.module.module, func.procedure)
    summary = m.knowledge.summary(function, given=True)
    found = m.resolver.function(function)
    if summary is None or found is None:
        return unknown_result(m, w, made, ANY)
    roots = bind_arguments(found[1], made, None)
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
    info = m.resolver.class_info(cls)
    init = info.methods.get("__init__") if info is not None else None
    _settle_lazy(m, w, made.values)
    if init is None:
        order = m.resolver.field_order(cls) if info is not None else ()
        named = {**dict(zip(order, made.args)), **dict(made.keywords)}
        loose = () if order else tuple(v for v in made.args if w.held_by(v))
        made_object = make(w, str(made.at), label, loose, tuple((k, v) for k, v in named.items() if k))
        if not _external_base(info):
            return [(w, made_object)]
        return unknown_result(m, w, made, ANY, made_object)
    instance = make(w, str(made.at), label)
    summary = m.knowledge.summary(init, given=any(w.held_by(value, m.captures) for value in made.values))
    found = m.resolver.function(init)
    if summary is None or found is None:
        held = tuple(v for v in made.values if w.held_by(v))
        return unknown_result(m, w, made, ANY, make(w, str(made.at), label, held))
    roots = bind_arguments(found[1], made, instance)
    results: Results = [
        (world, instance)
        for world, _ in apply_summary(m, w, Point(made.at, made.span, made.operand, instance), summary, roots)
    ]
    for world, _ in results:
        settle_finalized(m, world, instance)
    return results


def _external_base(info: object) -> bool:
    bases = getattr(info, "bases", ())
    return any(isinstance(base, External) and not base.name.startswith("builtins.") for base in bases)


def _settle_lazy(m: Machine, w: World, values: Iterable[Value]) -> None:
    """An engine that opens nothing before its first use is given to an object: that object has it now."""
    for value in values:
        if isinstance(value, Held):
            row = m.ledger.sites[w.resources[value.rid].site].resource
            if row.kind in OWNER_KINDS and row.opens == "first-use":
                transfer(m, w, value.rid)


def _lend(w: World, values: Iterable[Value]) -> None:
    for value in values:
        if isinstance(value, Held):
            mark_used(w, value.rid)


# -- methods of values we know --------------------------------------------------------------------------------------


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
    quiet = not m.knowledge.strict and (name in site.resource.no_raise or m.cannot_raise(made.func, name))
    if not quiet and not (result is not None and name in (*site.resource.open_tests, *site.resource.closed_tests)):
        m.raised(w, recognition.fault_of(m, site.library), made.span)
    _lend(w, made.values if name in site.resource.no_raise else (base, *made.values))
    return [(w, result if result is not None else UNKNOWN)]


def _call_on_elements(m: Machine, w: World, made: Invocation, base: Elements, name: str) -> Results | None:
    rids = sorted(w.held_by(base))
    if not rids:
        return None
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
    if name in ("enter_context", "enter_async_context") and made.args:
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


# -- everything outside the project ---------------------------------------------------------------------------------


def _call_external(
    m: Machine, w: World, made: Invocation, name: str, receiver: Value, last: str, method: Method | None = None
) -> Results:
    known = recognition.acquisition(m, made, name, method)
    if known is not None:
        return recognition.take(m, w, made, known, receiver)
    wrapper = m.catalog.wrapper(name)
    if wrapper is not None:
        wrapped = call_wrapper(m, w, made, wrapper)
        if wrapped is not None:
            return wrapped
    if name.startswith("builtins."):
        simple = call_builtin(m, w, made, name[9:])
        if simple is not None:
            return simple
    settled = release_by_name(m, w, made, receiver, last, name)
    if settled is not None:
        return [(w, settled)]
    releases = method is not None and _may_release(m, name, last)
    done = release_of_place(m, w, made, receiver, last) if releases else None
    if done is not None:
        return done
    kept = method is not None and not isinstance(receiver, (Heap, Held))
    if kept and keep_elsewhere(m, w, made.func, last, made.values):
        return [(w, UNKNOWN)]
    if m.catalog.keeps(name):
        for value in made.values:
            hand_over(m, w, value, m.captures)
    elif not m.catalog.borrows(name):
        register_releases(m, w, made)
    result: Value = UNKNOWN
    if (class_like(name) or m.catalog.returned_type(name)) and not m.catalog.borrows(name):
        _settle_lazy(m, w, made.values if class_like(name) else ())
        held = tuple(v for v in made.values if w.held_by(v))
        result = make(w, str(made.at), name, held) if held else UNKNOWN
    if not m.knowledge.strict and (m.catalog.cannot_raise(name) or _has_default(last, made)):
        _show(m, w, made.values, name)
        return [(w, result)]
    library = m.knowledge.library_of(name)
    return unknown_result(m, w, made, recognition.fault_of(m, library) if library else ANY, result, name)


def _call_unknown(m: Machine, w: World, made: Invocation, receiver: Value, name: str) -> Results:
    settled = release_by_name(m, w, made, receiver, name, m.text(made.func))
    if settled is not None:
        return [(w, settled)]
    done = release_of_place(m, w, made, receiver, name)
    if done is not None:
        return done
    shaped = recognition.by_shape(m, made, name)
    if shaped is not None:
        return recognition.take(m, w, made, shaped, receiver)
    if isinstance(m.definitions.get(made.func), ir.Attr) and not isinstance(receiver, (Heap, Held)):
        if keep_elsewhere(m, w, made.func, name, made.values):
            return [(w, UNKNOWN)]
    register_releases(m, w, made)
    result: Value = UNKNOWN
    if class_like(name):
        held = tuple(v for v in made.values if w.held_by(v))
        result = make(w, str(made.at), name, held) if held else UNKNOWN
    quiet = name in m.knowledge.calm_words or m.cannot_raise(made.func, name) or _has_default(name, made)
    return unknown_result(m, w, made, None if quiet and not m.knowledge.strict else ANY, result, m.text(made.func))


def unknown_result(
    m: Machine, w: World, made: Invocation, fault: Fault | None, result: Value = UNKNOWN, name: str = ""
) -> Results:
    """The call may raise `fault` (None: it does not), or goes on. name: of the function called, as far as known."""
    _show(m, w, made.values, name)
    if fault is not None:
        m.raised(w, fault, made.span)
    return [(w, result)]


def _show(m: Machine, w: World, values: Iterable[Value], name: str) -> None:
    """Values are given to code that nobody reads. What opens nothing before its first use counts as used by it only
    where the catalog says so: it may as well be asked for its dialect, or kept."""
    uses = m.catalog.borrows(name) or m.catalog.borrows(f"*.{name.rpartition('.')[2]}")
    for value in values:
        if isinstance(value, Held):
            row = m.ledger.sites[w.resources[value.rid].site].resource
            if row.opens != "first-use" or row.kind == "session" or uses:
                mark_used(w, value.rid)


def _has_default(method: str, made: Invocation) -> bool:
    """`options.pop("x", None)` and its like: what would fail is answered by the default."""
    return method in ("pop", "get", "getattr") and len(made.args) >= 2


def class_like(name: str) -> bool:
    """Whether a name reads like a class: its object may keep what it is given."""
    last = name.rpartition(".")[2].lstrip("_")
    return last[:1].isupper() and not last.isupper()


def release_by_name(m: Machine, w: World, made: Invocation, receiver: Value, method: str, dotted: str) -> Value | None:
    """`pool.putconn(conn)`, `release(conn)`: a call that takes resources back, by its name and their rows.

    Returns the call's value, or None when it is no such call.
    """
    result: Value | None = None
    for value in made.values:
        if isinstance(value, Ref):
            if method in m.knowledge.release_to_words:
                result = _give_place(m, w, made, value, method, receiver)
            continue
        rids = [value.rid] if isinstance(value, Held) else sorted(w.held_by(value)) if _spread(value) else []
        for rid in rids:
            site = m.ledger.sites[w.resources[rid].site]
            row = site.resource
            if method in row.release_to:
                if row.release_awaited == "yes" and not made.awaited:
                    result = Task("release", inner=value, op=f"to:{method}")
                    continue
                give_to(m, w, rid, method, receiver, made.span)
            elif dotted in row.release_functions:
                release(m, w, rid, made.span)
            else:
                continue
            raise_after_release(m, w, (rid,), recognition.fault_of(m, site.library), made.span)
            result = UNKNOWN
    return result


def _give_place(m: Machine, w: World, made: Invocation, value: Ref, method: str, receiver: Value) -> Value:
    """A resource of the caller's is given to a method that takes such things back."""
    if isinstance(receiver, Ref) and receiver.path[0] == "$":
        operate(w, value.path, f"into {receiver.path}", made.span)
    lazy = m.procedure.is_async and not made.awaited
    operate(w, value.path, f"task-to:{method}" if lazy or not m.procedure.is_async else f"to:{method}", made.span)
    raise_after_release(m, w, (), ANY, made.span)
    return Task("release", inner=value, op=f"to:{method}")


def _spread(value: Value) -> bool:
    return isinstance(value, (Elements, Manager))


def _may_release(m: Machine, name: str, last: str) -> bool:
    """Whether a method that has the name of a release releases objects of its own class: `commit` ends a transaction,
    and leaves a connection open."""
    found = m.catalog.resource_of_type(name.removesuffix(f".{last}"))
    return found is None or found.resource.kind not in KINDS or last in found.resource.release


def release_of_place(m: Machine, w: World, made: Invocation, receiver: Value, name: str) -> Results | None:
    """A release word is called on a place of the caller's (`self.conn.close()`, a parameter): note it."""
    if not isinstance(receiver, Ref) or name not in m.knowledge.release_on_words:
        return None
    operate(w, receiver.path, f"await:{name}" if made.awaited else name, made.span)
    if name in m.knowledge.owner_words:
        release_source(m, w, receiver, made.span)
    raise_after_release(m, w, (), ANY, made.span)
    if made.awaited:
        return [(w, UNKNOWN)]
    return [(w, Task("release", inner=receiver, op=name))]


def register_releases(m: Machine, w: World, made: Invocation) -> None:
    """Somebody is given a release to call later (`on_close(conn.close)`, a closure that closes): that settles it."""
    for value in made.values:
        if isinstance(value, Bound) and value.name in m.catalog.release_words:
            hand_over(m, w, value)
            if value.name in m.knowledge.release_to_words:
                for other in made.values:
                    hand_over(m, w, other)
        elif (isinstance(value, Closure) and m.closure_releases(value.procedure)) or isinstance(value, Applied):
            hand_over(m, w, value, m.captures)
        elif isinstance(value, Task):
            settle(m, w, value, made.span)


def settle(m: Machine, w: World, task: Task, span: Span) -> None:
    """Somebody else runs this coroutine: what it releases counts as released."""
    if task.does == "release":
        perform(m, w, task.inner, f"await:{task.op}" if ":" not in task.op else task.op, span)
