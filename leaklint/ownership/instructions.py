"""What each instruction does to a world."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from leaklint import ir
from leaklint.ownership import conditions
from leaklint.ownership.calls import call
from leaklint.ownership.cancelling import cancel_here
from leaklint.ownership.faults import ANY, CLOSED, taken
from leaklint.ownership.invocation import Invocation
from leaklint.ownership.keeping import keep_in_container, keep_on_holder
from leaklint.ownership.machine import Machine
from leaklint.ownership.objects import add, interesting, item, iterate, make, tells
from leaklint.ownership.places import (
    assign,
    attribute,
    each,
    follow,
    forget_below,
    global_path,
    keep_in_module,
    overwrite,
    store,
    truth_of_attribute,
)
from leaklint.ownership.project_calls import call_function, unbundle
from leaklint.ownership.recognition import fault_of
from leaklint.ownership.resources import hand_over, lose, mark_used, wrong_release
from leaklint.ownership.values import (
    FALSE,
    UNBOUND,
    UNKNOWN,
    Bound,
    Bundle,
    Closure,
    Const,
    Derived,
    Elements,
    Fault,
    Going,
    Heap,
    Held,
    Manager,
    Raising,
    Ref,
    Task,
    Unbound,
    Unknown,
    Value,
    depth,
)
from leaklint.ownership.world import Status, World
from leaklint.resolve.refs import Method

SUPPRESSED = -2
"""The target of a region whose `with` ended the exception."""
DEEPEST_BUNDLE = 4


def execute(m: Machine, w: World, step: ir.AnyInstruction) -> list[World]:
    """Run one instruction; the worlds that go on normally after it."""
    return _EXECUTE[type(step)](m, w, step)


def forget(w: World, operand: str) -> None:
    """The operand is about to get a new value: facts about its old one are void."""
    prefix = operand + "@"
    for fact in [name for name in w.facts if name.startswith(prefix)]:
        del w.facts[fact]


def _set(m: Machine, w: World, dst: str, value: Value) -> list[World]:
    if isinstance(value, Unknown) and not value.key:
        w.env.pop(dst, None)
    else:
        w.env[dst] = value
    return [w]


def _load_const(m: Machine, w: World, i: ir.LoadConst) -> list[World]:
    return _set(m, w, i.dst, conditions.constant(i))


def _load_global(m: Machine, w: World, i: ir.LoadGlobal) -> list[World]:
    path = global_path(m.module.module, i.name)
    return _set(m, w, i.dst, w.env.get(path, Ref(path)))


def _store_global(m: Machine, w: World, i: ir.StoreGlobal) -> list[World]:
    path = global_path(m.module.module, i.name)
    value = m.value(w, i.src)
    before = w.env.get(path)
    forget_below(w, path)
    w.env[path] = value
    keep_in_module(w, path, value)
    if before is not None and before != value:
        overwrite(m, w, path, before, i.span, f"`{i.name}` is bound again while it still holds the resource")
    return [w]


def _copy(m: Machine, w: World, i: ir.Copy) -> list[World]:
    value = m.value(w, i.src)
    if depth(value) > DEEPEST_BUNDLE:
        hand_over(m, w, value)
        value = UNKNOWN
    forget(w, i.dst)
    if isinstance(value, Unknown):
        value = Unknown(f"{i.dst}@{m.at}") if i.dst in m.facts.correlated else (value if value.key else UNKNOWN)
    assign(m, w, i.dst, value, i.span)
    return [w]


def _attr(m: Machine, w: World, i: ir.Attr) -> list[World]:
    base = m.value(w, i.base)
    if isinstance(base, Unbound) or base == Const("None"):
        missing = i.base if i.base[0] != "%" else m.text(i.base)
        release = i.name in m.catalog.release_words
        kind = "builtins.UnboundLocalError" if isinstance(base, Unbound) else "builtins.AttributeError"
        m.raised(w, Fault(kind, exact=True, unbound=missing if release else ""), i.span)
        return []
    getter = m.getter(w, i.base, base, i.name)
    if getter is not None:
        made = Invocation(m.at, i.span, i.dst, i.dst, ())
        results = call_function(m, w, made, getter, base, at_origin=True)
        return [one for world, value in results for one in _set(m, world, i.dst, value)]
    value = attribute(m, w, base, i.name)
    if i.dst not in m.called:
        keep = isinstance(value, Bound) and (i.name in m.catalog.release_words or i.name in m.catalog.release_holders)
        value = value if keep else truth_of_attribute(m, value)
    return _set(m, w, i.dst, value)


def _set_attr(m: Machine, w: World, i: ir.SetAttr) -> list[World]:
    value = m.value(w, i.src)
    keep_on_holder(m, w, i.base, i.name, value)
    store(m, w, m.value(w, i.base), i.name, value, i.span)
    return [w]


def _del_attr(m: Machine, w: World, i: ir.DelAttr) -> list[World]:
    base = m.value(w, i.base)
    if isinstance(base, Ref):
        w.env.pop(f"{base.path}.{i.name}", None)
    return [w]


def _item(m: Machine, w: World, i: ir.Item) -> list[World]:
    base = m.value(w, i.base)
    if m.words.strict:
        m.raised(w, ANY, i.span)
    if isinstance(base, Ref):
        return _set(m, w, i.dst, each(base))
    return _set(m, w, i.dst, item(w, base, m.value(w, i.index)))


def _set_item(m: Machine, w: World, i: ir.SetItem) -> list[World]:
    base, value = m.value(w, i.base), m.value(w, i.src)
    if m.words.strict:
        m.raised(w, ANY, i.span)
    if isinstance(base, Heap) and base.oid in w.heap:
        if interesting(w, value):
            add(w, base.oid, value, m.value(w, i.index))
    else:
        keep_in_container(m, w, i.base, value)
        index = m.value(w, i.index)
        if isinstance(index, Const):
            keep_on_holder(m, w, i.base, index.text.strip("'\""), value)
        hand_over(m, w, value)
    return [w]


def _del_item(m: Machine, w: World, i: ir.DelItem) -> list[World]:
    return [w]


def _build(m: Machine, w: World, i: ir.Build) -> list[World]:
    values = tuple(m.value(w, operand) for operand in i.items)
    if i.kind in ("string", "slice"):
        return _set(m, w, i.dst, UNKNOWN)
    if i.kind == "tuple":
        perhaps_empty = len(i.starred) == len(values) > 0 and not any(map(w.held_by, values))
        return _set(m, w, i.dst, UNKNOWN if perhaps_empty else Bundle(values))
    if i.repeated:
        known = w.env.pop(f"%into{i.dst}", None)
        if isinstance(known, Heap):
            return _set(m, w, i.dst, known)
    kept: list[Value] = []
    fields: list[tuple[str, Value]] = []
    for position, value in enumerate(values):
        key = i.keys[position] if position < len(i.keys) else ""
        name = m.value(w, key) if key else None
        if i.kind == "dict" and isinstance(name, Const):
            fields.append((name.text, value))
        elif interesting(w, value):
            kept.append(value)
        elif i.kind == "list" and len(values) <= 4:
            kept.append(value if isinstance(value, Const) else UNKNOWN)
    if not any(w.held_by(v) for v in kept):
        kept = []
    if not any(w.held_by(v) for _, v in fields):
        fields = []
    return _set(m, w, i.dst, make(w, str(m.at), i.kind, tuple(kept), tuple(fields)))


def _append(m: Machine, w: World, i: ir.Append) -> list[World]:
    value = m.value(w, i.item)
    if tells(w, value):
        slot = f"%into{i.into}"
        known = w.env.get(slot)
        if not isinstance(known, Heap):
            known = make(w, slot, "list")
            w.env[slot] = known
        add(w, known.oid, value)
    return [w]


def _unpack(m: Machine, w: World, i: ir.Unpack) -> list[World]:
    value = m.value(w, i.src)
    items: tuple[Value, ...] = ()
    if isinstance(value, Bundle) and i.star < 0 and len(value.items) <= len(i.dsts):
        # A call that gives a tuple is known up to its last interesting member only.
        items = value.items + (UNKNOWN,) * (len(i.dsts) - len(value.items))
    elif isinstance(value, Bundle) and i.star >= 0:
        front, rest = value.items[: i.star], value.items[i.star :]
        front += (UNKNOWN,) * (i.star - len(front))
        items = (*front, Bundle(rest), *(UNKNOWN,) * (len(i.dsts) - i.star - 1))
    elif isinstance(value, Heap) and value.oid in w.heap:
        content = w.heap[value.oid]
        if ":" in content.cls and len(content.fields) == len(i.dsts):
            items = tuple(inner for _, inner in content.fields)
        elif content.ordered and len(content.elements) == len(i.dsts) and i.star < 0:
            items = content.elements
        elif w.held_by(value):
            items = tuple(Elements(value.oid) for _ in i.dsts)
    elif isinstance(value, Elements):
        items = tuple(value for _ in i.dsts)
    elif isinstance(value, Ref):
        items = tuple(each(value) for _ in i.dsts)
    for dst, one in zip(i.dsts, items or (UNKNOWN,) * len(i.dsts)):
        _set(m, w, dst, one)
    return [w]


def _compare(m: Machine, w: World, i: ir.Compare) -> list[World]:
    return _set(m, w, i.dst, conditions.compare(i.op, m.value(w, i.left), m.value(w, i.right)))


def _not(m: Machine, w: World, i: ir.Not) -> list[World]:
    return _set(m, w, i.dst, conditions.negate(m.value(w, i.src)))


def _operation(m: Machine, w: World, i: ir.Operation) -> list[World]:
    if i.name == "rest-of-group" and len(i.operands) == 2:
        fault = m.value(w, i.operands[0])
        names = m.class_names(i.operands[1])
        if isinstance(fault, Fault) and any(taken(fault, name, m.is_subclass) for name in names):
            return _set(m, w, i.dst, FALSE)
    return _set(m, w, i.dst, UNKNOWN)


def _call(m: Machine, w: World, i: ir.Call) -> list[World]:
    for operand in i.args:
        if isinstance(w.env.get(operand), Unbound):
            word = m.text(i.func).rpartition(".")[2] in m.catalog.release_words
            fault = Fault("builtins.UnboundLocalError", exact=True, unbound=operand if word else "")
            m.raised(w, fault, i.span)
            return []
    forget(w, i.dst)
    at, worlds = m.at, []
    for world, value in call(m, w, at, i):
        if isinstance(value, Unknown) and not value.key:
            value = Unknown(f"{i.dst}@{at}")
        worlds += _set(m, world, i.dst, value)
        m.at = at
    return worlds


def _await(m: Machine, w: World, i: ir.Await) -> list[World]:
    value = m.value(w, i.src)
    cancel_here(m, w, value, i)
    if isinstance(value, Task):
        results = m.wait(w, value, i.span)
        return [one for world, result in results for one in _set(m, world, i.dst, result)]
    if not m.calm(i.src):
        m.raised(w, _awaited_fault(m, w, i.src), i.span)
    return _set(m, w, i.dst, value)


def _awaited_fault(m: Machine, w: World, operand: str) -> Fault:
    """What awaiting a call raises: the errors of the driver on whose object it was made, else anything."""
    call = m.definitions.get(operand)
    func = m.definitions.get(call.func) if isinstance(call, ir.Call) else None
    base = m.value(w, func.base) if isinstance(func, ir.Attr) else UNKNOWN
    if isinstance(base, (Held, Derived)) and base.rid in w.resources:
        return fault_of(m, m.ledger.sites[w.resources[base.rid].site].library)
    callees = m.refs(call.func) if isinstance(call, ir.Call) else ()
    libraries = {m.words.library_of(one.name) if isinstance(one, Method) else "" for one in callees}
    return fault_of(m, library) if len(libraries) == 1 and (library := libraries.pop()) else ANY


def _yield(m: Machine, w: World, i: ir.Yield) -> list[World]:
    if m.yield_mode == "awaits":
        return _await(m, w, ir.Await(i.span, i.dst, i.src))
    value = m.value(w, i.src) if i.src else UNKNOWN
    for rid in w.held_by(value):
        state = w.resources.get(rid)
        if state is not None:
            m.yielded.add(state.site)
            mark_used(w, rid)
    if m.yield_mode == "thrown":
        m.raised(w, ANY, i.span)
    elif m.yield_mode == "closed":
        m.raised(w, CLOSED, i.span)
    return _set(m, w, i.dst, UNKNOWN)


def _yield_from(m: Machine, w: World, i: ir.YieldFrom) -> list[World]:
    if m.yield_mode == "awaits":
        return _await(m, w, ir.Await(i.span, i.dst, i.src))
    value = m.value(w, i.src)
    library = ""
    if isinstance(value, Derived) and value.rid in w.resources:
        library = m.ledger.sites[w.resources[value.rid].site].library
    m.raised(w, fault_of(m, library) if library else ANY, i.span)
    if m.yield_mode == "closed":
        m.raised(w, CLOSED, i.span)
    return _set(m, w, i.dst, UNKNOWN)


def _make_function(m: Machine, w: World, i: ir.MakeFunction) -> list[World]:
    return _set(m, w, i.dst, Closure(i.procedure))


def _nothing(m: Machine, w: World, i: ir.MakeClass | ir.LoadImport) -> list[World]:
    return _set(m, w, i.dst, UNKNOWN)


def _enter(m: Machine, w: World, i: ir.Enter) -> list[World]:
    at, worlds = m.at, []
    for world, bound, keeper in m.entering(w, m.value(w, i.ctx), i.span, at, i.dst, is_async=i.is_async):
        world.env[i.ctx] = keeper
        worlds += _set(m, world, i.dst, bound)
        m.at = at
    return worlds


def _exit(m: Machine, w: World, i: ir.Exit) -> list[World]:
    slot = f"%region{i.region}"
    pending = w.env.get(slot)
    fault = pending.fault if isinstance(pending, Raising) else None
    ctx = m.value(w, i.ctx)
    if isinstance(ctx, Ref) and m.is_foreign(i.ctx):
        ctx = UNKNOWN
    worlds = []
    for world, ends in m.leaving(w, ctx, i.span, m.at, is_async=i.is_async, fault=fault):
        if ends:
            world.env[slot] = Going(SUPPRESSED)
            world.fault = None
        if fault is None and _exit_may_raise(m, world, ctx):
            m.raised(world, _fault_on(m, world, ctx), i.span)
        worlds.append(world)
    return worlds


def _exit_may_raise(m: Machine, w: World, ctx: Value) -> bool:
    if isinstance(ctx, Held):
        state = w.resources.get(ctx.rid)
        return state is not None and state.status == Status.HELD
    return isinstance(ctx, Derived) or (isinstance(ctx, Manager) and ctx.does == "generator")


def _fault_on(m: Machine, w: World, ctx: Value) -> Fault:
    if isinstance(ctx, (Held, Derived)) and ctx.rid in w.resources:
        return fault_of(m, m.ledger.sites[w.resources[ctx.rid].site].library)
    return ANY


def _iterate(m: Machine, w: World, i: ir.Iterate) -> list[World]:
    value = m.value(w, i.src)
    if isinstance(value, (Ref, Derived)):
        return _set(m, w, i.dst, value)
    result = iterate(w, value)
    return _set(m, w, i.dst, result)


def _delete(m: Machine, w: World, i: ir.Delete) -> list[World]:
    before = w.env.pop(i.name, None)
    forget(w, i.name)
    overwrite(m, w, i.name, before, i.span, f"`{i.name}` is deleted, which closes nothing", "deleted")
    if i.name in m.facts.fragile:
        w.env[i.name] = UNBOUND
    return [w]


def _catch(m: Machine, w: World, i: ir.Catch) -> list[World]:
    w.env[i.dst] = w.fault or ANY
    return [w]


def _caught(m: Machine, w: World, i: ir.Caught) -> list[World]:
    w.fault = None
    return [w]


def _pend(m: Machine, w: World, i: ir.Pend) -> list[World]:
    w.env[f"%region{i.region}"] = Raising(w.fault or ANY) if i.target < 0 else Going(i.target)
    if i.target < 0:
        w.fault = None
    return [w]


def _unused(m: Machine, w: World, i: ir.Unused) -> list[World]:
    value = m.value(w, i.src)
    if isinstance(value, Task) and value.does == "release" and isinstance(value.inner, Held):
        wrong_release(m, w, value.inner.rid, i.span, "not-awaited", "the release is a coroutine that nothing awaits")
    elif isinstance(value, Task) and value.does == "call" and value.at in m.tasks:
        _never_run(m, w, value, i)
    elif isinstance(value, Held):
        state = w.resources.get(value.rid)
        if state is not None and state.status == Status.HELD and not w.named(value.rid):
            lose(m, w, value.rid, "discarded", i.span, "its result is thrown away here")
    return [w]


def _never_run(m: Machine, w: World, task: Task, i: ir.Unused) -> None:
    """A call of an `async def` that nobody awaits: what it would have released is not."""
    roots = unbundle(task.inner)
    for outcome in m.tasks[task.at][0].outcomes:
        for operation in outcome.operations:
            target = follow(m, w, operation.path, roots)
            if isinstance(target, Held) and operation.op.rpartition(":")[2] in m.catalog.release_words:
                text = "the release stands in a coroutine that nothing awaits"
                wrong_release(m, w, target.rid, i.span, "not-awaited", text)


_EXECUTE: dict[type, Callable[[Machine, World, Any], list[World]]] = {
    ir.LoadConst: _load_const,
    ir.LoadGlobal: _load_global,
    ir.StoreGlobal: _store_global,
    ir.Copy: _copy,
    ir.Attr: _attr,
    ir.SetAttr: _set_attr,
    ir.DelAttr: _del_attr,
    ir.Item: _item,
    ir.SetItem: _set_item,
    ir.DelItem: _del_item,
    ir.Build: _build,
    ir.Append: _append,
    ir.Unpack: _unpack,
    ir.Compare: _compare,
    ir.Not: _not,
    ir.Operation: _operation,
    ir.Call: _call,
    ir.Await: _await,
    ir.Yield: _yield,
    ir.YieldFrom: _yield_from,
    ir.MakeFunction: _make_function,
    ir.MakeClass: _nothing,
    ir.LoadImport: _nothing,
    ir.Enter: _enter,
    ir.Exit: _exit,
    ir.Iterate: _iterate,
    ir.Delete: _delete,
    ir.Catch: _catch,
    ir.Caught: _caught,
    ir.Pend: _pend,
    ir.Unused: _unused,
}
