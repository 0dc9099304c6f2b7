"""Calls that take hold of the object they are called on: `lock.acquire()`, `database.connect()`.

The object was there before and stays: what begins and ends is the hold. While it is known, every name of the object
stands for the hold in the world, so that `lock.release()` finds it. An object that the procedure did not make (a
parameter, an attribute, a module global) is the others' as much as its own, and holding it past the end may be meant:
`__enter__` takes what `__exit__` gives back. So a procedure answers for such a hold only as far as it gives it back
itself: on exceptional paths if it does so on any path, on its normal ends if it does so at another one of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from leaklint import ir
from leaklint.catalog.schema import Resource as Row
from leaklint.ownership.events import Leak, Site
from leaklint.ownership.ledger import site_key
from leaklint.ownership.machine import Machine
from leaklint.ownership.resources import acquire, mark_used, replaced, row_of, substitute
from leaklint.ownership.values import FALSE, TRUE, UNKNOWN, Bound, Derived, Heap, Held, Ref, Unknown, Value
from leaklint.ownership.world import Resource, Status, World
from leaklint.resolve.refs import Instance

if TYPE_CHECKING:
    from leaklint.ownership.invocation import Invocation, Results
    from leaklint.ownership.recognition import Known

SHARED = "shared"
"""The kind of event that follows the acquisition of a hold on an object that the procedure did not make."""
ENTERING = frozenset({"__enter__", "__aenter__"})


def hold(m: Machine, w: World, known: Known, made: Invocation, receiver: Value) -> Results:
    """The call takes hold of `receiver`, or (where it was told not to wait for ever) perhaps does not."""
    if isinstance(receiver, Held):
        state = w.resources[receiver.rid]
        if row_of(m, receiver.rid).taken != "receiver":
            mark_used(w, receiver.rid)
            return [(w, UNKNOWN)]
        if state.status == Status.HELD:
            w.resources[receiver.rid] = msgspec.structs.replace(state, unsure=True)
            return [(w, TRUE)]
    base = _name_of(m, w, made, receiver)
    if not base:
        return [(w, UNKNOWN)]
    results: Results = [(w.fork(), FALSE)] if _may_fail(made) else []
    source = w.resources[receiver.rid].source if isinstance(receiver, Held) else receiver
    held = acquire(
        m,
        w,
        made.at,
        made.span,
        known.row,
        known.library,
        known.sure,
        operand=made.operand,
        bound=m.text(base),
        is_async=known.row.awaited,
    )
    if receiver == held:
        receiver = Held(f"{held.rid}'")  # taken at the same place in the round before
    if isinstance(receiver, (Held, Ref)) or (isinstance(receiver, Unknown) and receiver.key):
        substitute(w, receiver, held)
    w.env[receiver.path if isinstance(receiver, Ref) else base] = held
    for manager in _entered_as(m, w, base, known.row):
        w.env[manager] = held
    if isinstance(source, Ref):
        m.shared.add(made.at)
        w.note(SHARED, made.span, rid=held.rid)
        w.resources[held.rid] = msgspec.structs.replace(w.resources[held.rid], source=source)
    return [*results, (w, TRUE)]


def _name_of(m: Machine, w: World, made: Invocation, receiver: Value) -> str:
    """The operand that names the object; "" for one that cannot be followed."""
    step = m.definitions.get(made.func)
    if not isinstance(step, ir.Attr):
        return ""
    if isinstance(receiver, Ref):
        return "" if "[]" in receiver.path else step.base
    if isinstance(receiver, (Bound, Derived)) or (isinstance(receiver, Heap) and w.held_by(receiver)):
        return ""
    return step.base if step.base[0] != "%" or isinstance(receiver, Held) else ""


def _entered_as(m: Machine, w: World, base: str, row: Row) -> list[str]:
    """What `with` was entered with where `base` is the name after its `as` and the object itself: `with
    client.pipeline() as pipe`. Its exit ends the hold."""
    steps = [step for block in m.procedure.blocks for step in block.instructions]
    bound = {step.src for step in steps if isinstance(step, ir.Copy) and step.dst == base}
    entered = [step.ctx for step in steps if isinstance(step, ir.Enter) and step.dst in {base, *bound}]
    return [
        ctx
        for ctx in entered
        if isinstance(m.value(w, ctx), Unknown)
        and any(isinstance(ref, Instance) and m.label(ref) == row.type for ref in m.refs(ctx))
    ]


def _may_fail(made: Invocation) -> bool:
    """Whether the call may come back without it: `acquire(False)`, `acquire(timeout=5)`, `acquire(blocking=wait)`."""
    return bool(made.values) and made.values != (TRUE,)


def enter_again(m: Machine, w: World, held: Held) -> Value:
    """`with lock:` on an object that a call took before. Returns what the exit acts on."""
    state = w.resources.get(held.rid)
    if state is None or row_of(m, held.rid).taken != "receiver":
        return held
    if state.status == Status.HELD:
        # One inside the other: the exit ends what the `with` began, not what the call did.
        return UNKNOWN
    w.resources[held.rid] = msgspec.structs.replace(state, status=Status.HELD)
    return held


def is_shared(row: Row, state: Resource) -> bool:
    """Whether a resource is a hold on an object that the procedure did not make."""
    return row.taken == "receiver" and isinstance(state.source, Ref)


def note_releases(m: Machine, w: World) -> None:
    """The procedure ends normally here: remember the holds on what others made too that it gave back with no exception
    in between. Where it made the object itself on this way, that tells nothing of the others."""
    ended: set[str] = set()
    others: set[str] = set()
    for event in w.events():
        if event.kind == "release":
            ended.add(event.rid)
        elif event.kind == "raise":
            ended.clear()
        elif event.kind == SHARED:
            others.add(event.rid)
        elif event.kind == "acquire" and event.rid in ended:
            site = site_key(event.rid)
            if event.rid in others or m.ledger.sites[site].resource.taken != "receiver":
                m.settled.add(site)


def forget_holds(m: Machine, w: World, value: Value) -> tuple[Value, set[str]]:
    """Let the objects that were held stand for themselves again, in the world and in `value`; to be done at the end of
    a procedure. Gives the value, and the places whose object is held on leaving as it may have been on entering."""
    places: set[str] = set()
    for rid, state in list(w.resources.items()):
        if not is_shared(row_of(m, rid), state) or not isinstance(state.source, Ref):
            continue
        if state.status != Status.RELEASED:
            places.add(state.source.path)
        value = replaced(value, Held(rid), state.source)
        source = state.source
        w.resources[rid] = msgspec.structs.replace(state, source=UNKNOWN)
        substitute(w, Held(rid), source)
    return value, places


def answered_for(m: Machine, key: int, site: Site, leaks: tuple[Leak, ...]) -> tuple[Leak, ...]:
    """Those leaks of a site for which its procedure has to answer."""
    if key not in m.shared:
        return leaks
    own = m.procedure.name.rpartition(".")[2]
    if own in ENTERING or own in {call.rpartition(".")[2] for call in site.resource.acquire}:
        return ()
    exceptional = key in m.ledger.releases
    return tuple(leak for leak in leaks if (exceptional if leak.exceptional else key in m.settled))
