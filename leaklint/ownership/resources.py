"""What happens to a resource: it is acquired, given back rightly or wrongly, handed on, or lost."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from leaklint.catalog.schema import Resource as Row
from leaklint.model import Confidence, Span
from leaklint.ownership.events import Leak, Misuse, Step
from leaklint.ownership.ledger import site_key
from leaklint.ownership.machine import Machine
from leaklint.ownership.values import (
    UNKNOWN,
    Applied,
    Bound,
    Bundle,
    Condition,
    Derived,
    Fault,
    Held,
    Iterator,
    Manager,
    Ref,
    Task,
    Unknown,
    Value,
)
from leaklint.ownership.words import OWNER_KINDS
from leaklint.ownership.world import Content, Event, Resource, Status, World

LAPSE = "lapse"
"""The operation on a place that gets another resource after something failed: what it held before is taken as dead."""
DEEPEST_PLACE = 2
"""Attributes in a place (`self.db.conn`) whose releases a summary tells the caller of."""


def acquire(
    m: Machine,
    w: World,
    at: int,
    span: Span,
    row: Row,
    library: str,
    sure: Confidence,
    *,
    operand: str,
    source: Value = UNKNOWN,
    index: int = 0,
    origin: tuple[Step, ...] = (),
    derived: bool = False,
    owner: bool = False,
    bound: str = "",
    is_async: bool = False,
    at_origin: bool = False,
) -> Held:
    """A resource is taken by the call at instruction `at`."""
    site = m.ledger.number(at, row.kind)
    m.site(
        site,
        span,
        row,
        library,
        sure,
        operand=operand,
        expression=m.text(operand).removesuffix("()"),
        origin=origin,
        derived=derived,
        owner=owner,
        bound=bound,
        is_async=is_async,
        at_origin=at_origin,
    )
    if not any(state.status == Status.HELD for state in w.resources.values()):
        w.struck = False
    rid = f"{site}.{index}"
    if rid in w.resources:
        _make_room(w, rid)
    w.resources[rid] = Resource(site, source=plain_source(source))
    w.note("acquire", span, f"{row.name} acquired here", rid)
    if isinstance(source, Held):
        mark_used(w, source.rid)
    return Held(rid)


def plain_source(value: Value) -> Value:
    """The part of a receiver that identifies a pool: a resource or a place."""
    return value if isinstance(value, (Held, Ref)) or (isinstance(value, Unknown) and value.key) else UNKNOWN


def mark_used(w: World, rid: str) -> None:
    """Something was taken from the resource, or it went to somebody else's code."""
    state = w.resources.get(rid)
    if state is not None and not state.used:
        w.resources[rid] = msgspec.structs.replace(state, used=True)


def use(m: Machine, w: World, value: Value) -> None:
    """Something is done with the value: with a resource, or with a place of the caller's that may hold one."""
    value = w.base_part(value) or value
    if isinstance(value, Held):
        mark_used(w, value.rid)
    elif isinstance(value, Ref) and value.path[0] != "$" and value.path.count(".") <= DEEPEST_PLACE:
        m.uses.add(value.path)


def _make_room(w: World, rid: str) -> None:
    """The site acquires again while an earlier resource of it may be around: that one gets the name `rid'`."""
    older = rid + "'"
    now, before = w.resources.pop(rid), w.resources.get(older)
    if before is not None:
        status = min(now.status, before.status)
        now = msgspec.structs.replace(now, status=status, many=True, ended=now.ended and before.ended)
    w.resources[older] = now
    substitute(w, Held(rid), Held(older))
    substitute(w, Derived(rid), Derived(older))


def substitute(w: World, old: Value, new: Value) -> None:
    """Replace a value everywhere in the world."""
    for name, value in list(w.env.items()):
        changed = replaced(value, old, new)
        if changed is not value:
            w.env[name] = changed
    for oid, content in list(w.heap.items()):
        elements: tuple[Value, ...] = tuple(dict.fromkeys(replaced(v, old, new) for v in content.elements))
        ordered = content.ordered and len(elements) == len(content.elements)
        fields = tuple((name, replaced(v, old, new)) for name, v in content.fields)
        w.heap[oid] = Content(content.cls, fields, elements, ordered)
    for rid, state in list(w.resources.items()):
        if state.source == old:
            w.resources[rid] = msgspec.structs.replace(state, source=new)


def replaced(value: Value, old: Value, new: Value) -> Value:
    """`value` with `old` replaced by `new` inside it; the very same object when nothing changed."""
    if value == old:
        return new
    if isinstance(value, Bundle):
        items = tuple(replaced(item, old, new) for item in value.items)
        return value if items == value.items else Bundle(items)
    if isinstance(value, Bound):
        base = replaced(value.base, old, new)
        return value if base is value.base else Bound(base, value.name)
    if isinstance(value, Manager):
        inner = replaced(value.inner, old, new)
        return value if inner is value.inner else msgspec.structs.replace(value, inner=inner)
    if isinstance(value, Iterator):
        of = replaced(value.of, old, new)
        return value if of is value.of else msgspec.structs.replace(value, of=of)
    if isinstance(value, Task):
        inner = replaced(value.inner, old, new)
        args = tuple(replaced(item, old, new) for item in value.args)
        same = inner is value.inner and args == value.args
        return value if same else msgspec.structs.replace(value, inner=inner, args=args)
    if isinstance(value, Applied):
        args = tuple(replaced(item, old, new) for item in value.args)
        return value if args == value.args else Applied(replaced(value.function, old, new), args)
    if isinstance(value, Condition):
        subject = replaced(value.subject, old, new)
        return value if subject is value.subject else msgspec.structs.replace(value, subject=subject)
    return value


# -- giving back ----------------------------------------------------------------------------------------------------


def row_of(m: Machine, rid: str) -> Row:
    """The catalog's row for a resource."""
    return m.ledger.sites[site_key(rid)].resource


def release(m: Machine, w: World, rid: str, span: Span, *, quiet: bool = False) -> None:
    """The resource is given back. quiet: no complaint about a second release."""
    state = w.resources.get(rid)
    if state is None:
        return
    row = row_of(m, rid)
    if (
        state.status == Status.RELEASED
        and not (state.many or state.unsure or quiet)
        and row.double_release in ("raises", "harms")
    ):
        steps = m.ledger.steps(w, rid, (span, "released a second time here"))
        m.ledger.misuse(state.site, Misuse("double-release", span, steps))
        return
    if state.status == Status.LOST:
        return
    m.ledger.release(state.site, span)
    w.resources[rid] = msgspec.structs.replace(state, status=Status.RELEASED, wrong="")
    w.note("release", span, "released here", rid)
    for other, inner in list(w.resources.items()):
        if inner.source == Held(rid) and inner.status == Status.HELD and row_of(m, other).ends_with_owner:
            release(m, w, other, span, quiet=True)


def release_source(m: Machine, w: World, source: Value, span: Span) -> None:
    """A pool known by its place only is closed: what came from it and ends with it is released."""
    for rid, state in list(w.resources.items()):
        if state.source == source and state.status == Status.HELD and row_of(m, rid).ends_with_owner:
            release(m, w, rid, span, quiet=True)


def release_taken_from(
    m: Machine, w: World, source: Value, method: str, span: Span, *, awaited: bool, name: str = ""
) -> bool:
    """`source.method()` may release what was taken from it without being given it. Whether something was. name: of the
    source, where it is a local variable."""
    found = False
    for rid, state in list(w.resources.items()):
        row = row_of(m, rid)
        if method not in row.release_owner or not (awaited or row.release_awaited != "yes"):
            continue
        if state.source == source or name == m.registries.get(state.site):
            found = True
            release(m, w, rid, span, quiet=True)
    return found


def transfer(m: Machine, w: World, rid: str) -> None:
    """Somebody else answers for the resource from here on, and for the engine behind it, which it leads to."""
    state = w.resources.get(rid)
    if state is not None and state.status == Status.HELD:
        w.resources[rid] = msgspec.structs.replace(state, status=Status.TRANSFERRED)
        m.ledger.given.add(state.site)
        if isinstance(state.source, Held) and row_of(m, state.source.rid).kind in OWNER_KINDS:
            transfer(m, w, state.source.rid)


def hand_over(m: Machine, w: World, value: Value, captured: dict[str, tuple[str, ...]] | None = None) -> None:
    """Whatever `value` holds now lives where this procedure does not see it."""
    for rid in w.held_by(value, captured):
        transfer(m, w, rid)
    if isinstance(value, Ref):
        operate(w, value.path, "keep", None)


def operate(w: World, path: str, op: str, span: Span | None) -> None:
    """Record that `op` was done to a place of the caller."""
    deepest = 1 if op in ("keep", "with", "async-with") else DEEPEST_PLACE
    if path.count(".") > deepest or (path[0] == "$" and op == "keep"):
        return
    entry = (path, op, span or Span(0, 0, 0, 0))
    if not any(known[0] == path and known[1] == op for known in w.ops):
        w.ops = (*w.ops, entry)


def wrong_release(m: Machine, w: World, rid: str, span: Span, how: str, text: str) -> None:
    """A call looked like a release and is not one: remember it, for the message and the choice of rule."""
    state = w.resources.get(rid)
    if state is None or state.status != Status.HELD:
        return
    w.resources[rid] = msgspec.structs.replace(state, wrong=how)
    w.note("misuse", span, text, rid)


def call_on(m: Machine, w: World, rid: str, name: str, span: Span, *, awaited: bool) -> Value | None:
    """The method `name` of the resource is called. Returns the call's value when the row decides it, else None."""
    row = row_of(m, rid)
    if name in row.release:
        if row.release_awaited == "yes" and not awaited and name not in row.release_plain:
            return Task("release", inner=Held(rid), op=name)
        release(m, w, rid, span)
        return UNKNOWN
    if name in row.ended_by:
        release(m, w, rid, span, quiet=True)
        return None
    for misuse in row.wrong_release:
        if misuse.method == name:
            if misuse.costs == "slot":
                wrong_release(m, w, rid, span, "close-instead-of-return", f".{name}() does not give it back")
            return UNKNOWN
    if awaited and row.release_awaited != "yes" and name in m.catalog.release_words:
        # Its async sibling, taken for the plain class by a getter that makes either.
        release(m, w, rid, span)
        return UNKNOWN
    if name in row.returns_self:
        return Held(rid)
    if name in row.open_tests or name in row.closed_tests:
        return Condition("open", Held(rid), negated=name in row.closed_tests)
    used_after_release(m, w, rid, name, span)
    return Derived(rid) if name in row.derives else None


def used_after_release(m: Machine, w: World, rid: str, name: str, span: Span) -> None:
    """A method is called on the resource, or on what lives on it: wrong when it was given back before."""
    state = w.resources.get(rid)
    if state is None or state.status != Status.RELEASED or state.many or state.unsure:
        return
    row = row_of(m, rid)
    if name in row.after_release or name == row.release_completed:
        return
    if row.use_after_release == "raises" and row.taken == "result":
        steps = m.ledger.steps(w, rid, (span, f".{name}() is called after the release"))
        m.ledger.misuse(state.site, Misuse("use-after-release", span, steps))


def give_to(m: Machine, w: World, rid: str, method: str, receiver: Value, span: Span) -> bool:
    """`receiver.method(resource)`: a release if the row names it so. False when the method is no such release."""
    row = row_of(m, rid)
    if method not in row.release_to:
        return False
    state = w.resources[rid]
    if elsewhere(state.source, receiver):
        wrong_release(m, w, rid, span, "wrong-pool", "it is given to another pool than it came from")
    else:
        release(m, w, rid, span)
    return True


def elsewhere(source: Value, receiver: Value) -> bool:
    """Whether two pools are certainly different ones."""
    if isinstance(source, Held) and isinstance(receiver, Held):
        return source.rid.rstrip("'") != receiver.rid.rstrip("'")
    if isinstance(source, Ref) and isinstance(receiver, Ref):
        return source.path != receiver.path
    return False


def leave_with(m: Machine, w: World, rid: str, span: Span, *, is_async: bool, direct: bool) -> None:
    """A with-block on the resource itself ends. direct: the un-awaited acquiring call stood in the `with`."""
    row = row_of(m, rid)
    effect = row.async_with if is_async else row.with_
    if effect == "error":
        # Its sibling, taken for this class: `sessionmaker(class_=AsyncSession)`, a maker of either kind.
        effect = row.with_ if is_async else row.async_with
    if direct and row.call_with:
        effect = row.call_with
    if effect == "closes":
        release(m, w, rid, span, quiet=row.double_release != "raises")
    elif effect == "transaction":
        state = w.resources.get(rid)
        if state is not None:
            w.resources[rid] = msgspec.structs.replace(state, ended=True)
            w.note("with", span, "the with block ends here without closing it", rid)


def departed(w: World, rid: str) -> Event | None:
    """The exception that took the path away from the resource's release: the first one raised since it was acquired."""
    found: Event | None = None
    later = rid.count("'")
    for event in w.turns():
        if event.kind == "acquire" and event.rid == rid.rstrip("'"):
            if not later:
                break
            later, found = later - 1, None
        if event.kind == "raise":
            found = event
    return found


def departures(w: World) -> dict[str, Event | None]:
    """What `departed` says of each resource whose acquisition the trace tells, from one walk along it: a world may hold
    thousands."""
    raises: list[Event] = []
    known: dict[str, Event | None] = {}
    latest: dict[str, tuple[str, int]] = {}
    for event in w.turns():
        if event.kind == "raise":
            raises.append(event)
        else:
            rid, since = latest.get(event.rid, (event.rid, 0))
            known[rid] = raises[-1] if len(raises) > since else None
            latest[event.rid] = rid + "'", len(raises)
    return known


def raise_after_release(m: Machine, w: World, rids: Iterable[str], fault: Fault, span: Span) -> None:
    """The release that just happened raises: it counts, and repeating it in a handler is no mistake.

    A failing release costs other resources what a crash would; that is looked at in strict mode only.
    """
    if not m.words.strict:
        return
    failing = w.fork()
    for rid in rids:
        if rid in failing.resources:
            failing.resources[rid] = msgspec.structs.replace(failing.resources[rid], unsure=True)
    m.raised(failing, fault, span)


def lose(m: Machine, w: World, rid: str, how: str, at: Span, text: str, *, exceptional: bool = False) -> None:
    """The last way to release the resource is gone."""
    state = w.resources.get(rid)
    if state is None or state.status != Status.HELD:
        return
    w.resources[rid] = msgspec.structs.replace(state, status=Status.LOST)
    site = m.ledger.sites[state.site]
    if not state.used and site.resource.opens == "first-use" and site.resource.kind != "session":
        return
    raised = None if exceptional else departed(w, rid)
    departs = at if raised is None else raised.span
    if state.wrong:
        how = state.wrong
    elif state.ended:
        how = "with"
    if m.ledger.wants(state.site, how, departs):
        m.ledger.leak(
            state.site, Leak(how, departs, m.ledger.steps(w, rid, (at, text)), exceptional or raised is not None)
        )
