"""Calls of project functions: a summary is applied to the caller's world."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from leaklint.model import Span
from leaklint.ownership import asking as questions
from leaklint.ownership.conditions import SEPARATOR, assume
from leaklint.ownership.events import Step
from leaklint.ownership.ledger import site_key
from leaklint.ownership.machine import Machine
from leaklint.ownership.objects import make
from leaklint.ownership.places import assign, follow, store
from leaklint.ownership.resources import (
    LAPSE,
    acquire,
    call_on,
    elsewhere,
    give_to,
    hand_over,
    leave_with,
    mark_used,
    operate,
    release,
    release_source,
    row_of,
    transfer,
    use,
    wrong_release,
)
from leaklint.ownership.summary import Handed, Outcome, Summary
from leaklint.ownership.values import (
    TRUTHY,
    UNKNOWN,
    Bundle,
    Condition,
    Const,
    Elements,
    Heap,
    Held,
    Manager,
    New,
    Ref,
    Snapshot,
    Task,
    Unknown,
    Value,
    parts,
)
from leaklint.ownership.world import BASE, Status, World

Roots = dict[str, Value]


class Point(msgspec.Struct, frozen=True):
    """Where a summary is applied. at: the instruction's number; operand: where the call's value goes.

    made: the instance that a constructor call builds. at_origin: a loss of what the callee hands over is reported
    where the callee acquires it, for calls that do not look like calls (a property).
    """

    at: int
    span: Span
    operand: str
    made: Heap | None = None
    at_origin: bool = False


def apply_summary(m: Machine, w: World, point: Point, summary: Summary, roots: Roots) -> list[tuple[World, Value]]:
    """Every way in which the call may go on normally, with its value. Ways in which it raises are sent to the handler.

    roots: values of the callee's parameters and captured names.
    """
    going: list[tuple[World, Value]] = []
    ways: list[tuple[list[Held], Value, Value]] = []
    _watch(m, w, summary, roots)
    for outcome in summary.outcomes:
        world = w.fork()
        if not all(possible(m, world, path, mask, roots) for path, mask in outcome.assume):
            continue
        for operation in outcome.operations:
            target = follow(m, world, operation.path, roots)
            perform(m, world, target, operation.op, point.span, quiet=summary.catches)
        if outcome.fault is not None:
            _refill(m, world, outcome, roots)
            m.raised(world, outcome.fault, point.span)
            continue
        news = [_receive(m, world, point, index, handed, roots) for index, handed in enumerate(outcome.handed)]
        if point.made is None and any(_hands(value) for _, value in outcome.stores):
            m.lent.update(site_key(one.rid) for one in news)
        for path, value in outcome.stores:
            _store(m, world, path, thaw(m, world, value, roots, news, point.at), roots, point.span)
        value = thaw(m, world, outcome.value, roots, news, point.at)
        for path in summary.uses:
            use(m, world, follow(m, world, path, roots))
        ways.append((news, outcome.value, value))
        going.append((world, value))
    m.ledger.strange.update(_perhaps_others(ways))
    return going


def _refill(m: Machine, w: World, outcome: Outcome, roots: Roots) -> None:
    """Before it failed, the callee put something else into places whose resource it had released."""
    released = {operation.path for operation in outcome.operations}
    for path, _ in outcome.stores:
        parent, dot, name = path.rpartition(".")
        base = follow(m, w, parent, roots) if dot else UNKNOWN
        if path in released and isinstance(base, Ref):
            w.env[f"{base.path}.{name}"] = UNKNOWN


def _watch(m: Machine, w: World, summary: Summary, roots: Roots) -> None:
    """Keep in mind what tests tell of the places that the callee fills or works on: the next call may find them
    filled, and whether the callee was called at all depends on them. So too of those that it
    looks at and the caller fills."""
    for outcome in summary.outcomes:
        for asked, _ in outcome.assume:
            target = follow(m, w, asked.partition(SEPARATOR)[0], roots)
            if isinstance(target, Ref) and target.path in m.facts.filled:
                m.watched.add(target.path)
        for operation in outcome.operations:
            target = follow(m, w, operation.path, roots)
            if isinstance(target, Ref) and "." in target.path:
                m.watched.add(target.path)
        for path, _ in outcome.stores:
            parent, dot, name = path.rpartition(".")
            base = follow(m, w, parent, roots) if dot else UNKNOWN
            if isinstance(base, Ref):
                m.watched.add(f"{base.path}.{name}")


def _hands(value: Value) -> bool:
    """Whether a summary's value holds a resource that the callee acquired."""
    inner = (*(v for _, v in value.fields), *value.elements) if isinstance(value, Snapshot) else parts(value)
    return isinstance(value, New) or any(map(_hands, inner))


def _perhaps_others(ways: list[tuple[list[Held], Value, Value]]) -> Iterator[int]:
    """The sites in whose place a call may as well give something that was there before. ways: what each way in which
    the call ends hands over, and its value in the callee's and in the caller's terms."""
    old = {
        k
        for news, value, here in ways
        if not news
        for k, (item, given) in enumerate(zip(_items(value), _items(here)))
        if isinstance(item, Ref) and not isinstance(given, Const)
    }
    for news, value, _ in ways:
        for k, item in enumerate(_items(value)):
            if k in old and isinstance(item, New) and item.index < len(news):
                yield site_key(news[item.index].rid)


def _items(value: Value) -> tuple[Value, ...]:
    return value.items if isinstance(value, Bundle) else (value,)


def possible(m: Machine, w: World, path: str, mask: int, roots: Roots) -> bool:
    """Whether what an outcome assumes of a place may hold in the caller's world; if so, it does from here on."""
    place, _, predicate = path.partition(SEPARATOR)
    value = follow(m, w, place, roots)
    if predicate:
        return assume(w, Condition(predicate, value), mask == TRUTHY)
    return w.learn(value, mask)


def _receive(m: Machine, w: World, point: Point, index: int, handed: Handed, roots: Roots) -> Held:
    source = handed.source
    if isinstance(source, Ref):
        source = follow(m, w, source.path, roots)
    here = Step(m.module.path, point.span, "handed to the caller here")
    return acquire(
        m,
        w,
        point.at,
        point.span,
        handed.resource,
        handed.library,
        handed.sure,
        operand=point.operand,
        source=source,
        index=index,
        origin=(*handed.steps, here) if len(handed.steps) < 6 else handed.steps,
        derived=True,
        owner=point.made is not None,
        is_async=handed.is_async,
        at_origin=point.at_origin,
    )


def _store(m: Machine, w: World, path: str, value: Value, roots: Roots, span: Span) -> None:
    parent, dot, name = path.rpartition(".")
    if not dot:
        if path[0] == "$":
            w.env[path] = value
        else:
            assign(m, w, path, value, span)
        return
    base = follow(m, w, parent, roots)
    if isinstance(base, Heap) and w.held_by(value) and not _class_releases(m, w, base, name):
        for rid in w.held_by(value):
            transfer(m, w, rid)
    if isinstance(base, Ref) and "." in base.path:
        hand_over(m, w, value)
        return
    store(m, w, base, name, value, span)


def _class_releases(m: Machine, w: World, base: Heap, name: str) -> bool:
    """Whether the object's class has a way to release the field; if not, the class is to blame, not its user."""
    content = w.heap.get(base.oid)
    found = m.class_info(content.cls) if content is not None else None
    if found is None or name == BASE:
        return True
    return bool(m.ask(questions.released, found[0], f"ends {name}", f"with {name}", f"async with {name}"))


def thaw(m: Machine, w: World, value: Value, roots: Roots, news: list[Held], at: int) -> Value:
    """A summary's value in the caller's terms."""
    if isinstance(value, New):
        return news[value.index] if value.index < len(news) else UNKNOWN
    if isinstance(value, Ref):
        return follow(m, w, value.path, roots)
    if isinstance(value, Bundle):
        return Bundle(tuple(thaw(m, w, item, roots, news, at) for item in value.items))
    if isinstance(value, Snapshot):
        fields = tuple((name, thaw(m, w, inner, roots, news, at)) for name, inner in value.fields)
        elements = tuple(thaw(m, w, inner, roots, news, at) for inner in value.elements)
        made = make(w, f"{at}:{value.cls}", value.cls, elements, fields)
        settle_finalized(m, w, made)
        return made
    if isinstance(value, Manager):
        return Manager(value.does, thaw(m, w, value.inner, roots, news, at), value.method, value.types, value.function)
    if isinstance(value, Task):
        return Task(value.does, value.at, thaw(m, w, value.inner, roots, news, at), value.op, value.args)
    return value


def settle_finalized(m: Machine, w: World, made: Heap) -> None:
    """What an object holds whose class releases in `__del__` is taken care of."""
    content = w.heap.get(made.oid)
    found = m.class_info(content.cls) if content is not None else None
    if found is not None and m.ask(questions.finalizes, found[0]):
        for rid in w.held_by(made):
            transfer(m, w, rid)


def perform(m: Machine, w: World, target: Value, op: str, span: Span, *, quiet: bool = False) -> None:
    """An operation of a summary happens to `target`. quiet: should it fail, nobody hears of it."""
    if isinstance(target, Ref):
        operate(w, target.path, op, span)
        if op.rpartition(":")[2] in m.words.owner:
            release_source(m, w, target, span)
        return
    if op == "keep":
        hand_over(m, w, target)
        return
    rids = [target.rid] if isinstance(target, Held) else sorted(w.held_by(target))
    if isinstance(target, Held):
        mark_used(w, target.rid)
    elif not isinstance(target, (Elements, Heap, Bundle, Manager)):
        return
    for rid in rids:
        if not (quiet and w.resources[rid].status == Status.RELEASED):
            operate_on(m, w, rid, op, span)
    if isinstance(target, Heap):
        _release_by_own(m, w, target, op, span)


def _release_by_own(m: Machine, w: World, target: Heap, op: str, span: Span) -> None:
    """The method of its own by which an object releases its fields was called from a base class."""
    content = w.heap.get(target.oid)
    found = m.class_info(content.cls) if content is not None else None
    if content is None or found is None or op.rpartition(":")[2] not in found[1].methods:
        return
    for name, value in content.fields:
        for rid in sorted(w.held_by(value)) if m.ask(questions.released, found[0], name) else ():
            release(m, w, rid, span, quiet=True)


def operate_on(m: Machine, w: World, rid: str, op: str, span: Span) -> None:
    """One operation on one resource of ours."""
    kind, _, method = op.rpartition(":")
    if op == LAPSE:
        transfer(m, w, rid)
    elif op.startswith("into "):
        _give_into(m, w, rid, op.removeprefix("into "), span)
    elif op in ("with", "async-with"):
        row = row_of(m, rid)
        owned = m.ledger.sites[w.resources[rid].site].owner
        if row.taken == "receiver" or (owned and "closes" not in (row.with_, row.async_with)):
            return  # what the callee entered it also left; what ends with an object's field is not the object
        leave_with(m, w, rid, span, is_async=op == "async-with", direct=False)
    elif "to" in kind.split("-"):
        row = m.ledger.sites[w.resources[rid].site].resource
        if (kind == "task-to" and row.release_awaited == "yes") or w.resources[rid].wrong == "wrong-pool":
            return
        give_to(m, w, rid, method, UNKNOWN, span)
    elif kind == "function":
        release(m, w, rid, span)
    else:
        call_on(m, w, rid, method, span, awaited=kind == "await")


def _give_into(m: Machine, w: World, rid: str, pool: str, span: Span) -> None:
    """The callee gives the resource to the pool in a module global, which may be another than it came from."""
    source = w.resources[rid].source
    same_module = isinstance(source, Ref) and source.path.partition(":")[0] == pool.partition(":")[0]
    if same_module and elsewhere(source, Ref(pool)):
        wrong_release(m, w, rid, span, "wrong-pool", "it is given to another pool than it came from")


def bind(
    parameters: tuple[tuple[str, str, bool, str], ...],
    args: tuple[Value, ...],
    keywords: dict[str, Value],
    own: Value | None,
) -> Roots:
    """Match arguments with parameters (name, kind, has_default, default text). own: the receiver of a bound method."""
    roots: Roots = {}
    given = [own, *args] if own is not None else list(args)
    rest: list[Value] = []
    names = [p[0] for p in parameters if p[1] == "positional"]
    for position, value in enumerate(given):
        if position < len(names):
            roots[names[position]] = value if value is not None else UNKNOWN
        elif value is not None:
            rest.append(value)
    for name, value in keywords.items():
        roots[name] = value
    for name, kind, has_default, default in parameters:
        if kind == "star":
            roots[name] = Bundle(tuple(rest))
        elif name not in roots:
            roots[name] = _default(default) if has_default else UNKNOWN
    return roots


def _default(text: str) -> Value:
    if text in ("None", "True", "False") or text[:1] in "'\"" or text.isdigit():
        return Const(text)
    return Unknown()
