"""The end of a procedure: who answers for what is still held, and what the caller learns of it."""

from __future__ import annotations

import msgspec

from leaklint import ir
from leaklint.model import Span
from leaklint.ownership import asking as questions
from leaklint.ownership.conditions import SEPARATOR
from leaklint.ownership.events import Leak, Step
from leaklint.ownership.faults import CLOSED
from leaklint.ownership.holding import forget_holds, is_shared, note_releases
from leaklint.ownership.ledger import site_key
from leaklint.ownership.machine import Machine
from leaklint.ownership.places import escapes
from leaklint.ownership.resources import departed, departures, lose, row_of
from leaklint.ownership.summary import Handed, Operation, Outcome
from leaklint.ownership.values import (
    ANYTHING,
    FALSE,
    NOTHING,
    SOMETHING,
    TRUE,
    UNKNOWN,
    Bound,
    Bundle,
    Closure,
    Const,
    Heap,
    Held,
    Manager,
    New,
    Ref,
    Snapshot,
    Task,
    Value,
)
from leaklint.ownership.words import OWNER_KINDS
from leaklint.ownership.world import Event, Status, World

CONSTRUCTING = frozenset({"__init__", "__new__", "__post_init__", "__enter__", "__aenter__", "setUp", "asyncSetUp"})
"""Methods whose failure leaves nobody who could call the releasing method: unittest, too, runs no tearDown after a
failing setUp."""
DEEPEST = 3


class Exit(msgspec.Struct):
    """One world's end as an outcome. at: the first statement on its way that raised."""

    outcome: Outcome
    at: Span | None = None

    @property
    def key(self) -> object:
        """What two exits must share to be the same."""
        o = self.outcome
        return (
            o.value,
            o.fault,
            o.assume,
            o.operations,
            o.stores,
            tuple((h.resource.name, h.library) for h in o.handed),
        )

    @property
    def coarse_key(self) -> object:
        """What two exits must share to be merged when there are too many."""
        o = self.outcome
        return (o.fault is None, o.operations, tuple(h.resource.name for h in o.handed), type(o.value))


def leave_procedure(m: Machine, w: World, value: Value, span: Span, *, implicit: bool) -> Exit:
    """Settle every resource of a world that leaves the procedure, and describe the end to callers."""
    kept: dict[str, set[str]] = {}
    ends: set[str] = set()
    for name, held in w.env.items():
        if _outlives(m, w, name):
            for rid in w.held_by(held, m.captures):
                kept.setdefault(rid, set()).add(name)
                if _is_release(m, held):
                    ends.add(rid)
        elif escapes(name):
            for rid in w.held_by(held, m.captures):
                if _never_shut_down(m, name, rid):
                    kept.setdefault(rid, set()).add(name)
    _keep_engines(m, w, kept)
    normal = w.fault is None
    returned = w.held_by(value, m.captures) if normal else set()
    behind = (_engine_of(m, w, rid) for rid in returned)
    returned |= {source.rid for source in behind if source is not None and not _unnamed(m, source.rid)}
    frozen = _Freezer(m, w, kept)
    departs = departures(w) if len(w.resources) > 1 else {}
    for rid in sorted(w.resources):
        state = w.resources[rid]
        if state.status != Status.HELD:
            continue
        raised = departs[rid] if rid in departs else departed(w, rid)
        if is_shared(row_of(m, rid), state) and rid not in returned:
            _lose_at_end(m, w, rid, span, raised, implicit=implicit)
        elif rid in kept or rid in returned:
            m.ledger.given.add(state.site)
            if rid not in kept:
                m.returned.add(state.site)
            if rid in ends and normal:
                m.lent.add(state.site)
            elif rid in kept and normal:
                m.kept.setdefault(state.site, set()).update(kept[rid])
                if rid in returned and not (m.constructing or _looked_at(m, w, kept[rid])):
                    m.lent.add(state.site)  # each call makes another one for its caller: the field only names the last
            elif rid in kept:
                _abandon(m, w, rid, min(kept[rid]), span, raised)
        else:
            _lose_at_end(m, w, rid, span, raised, implicit=implicit)
    if w.fault is not None and w.fault.unbound:
        m.unbound.append((w.fault.unbound, _raising_spans(w), m.ledger.steps(w, "")))
    if normal and m.shared:
        note_releases(m, w)
    value, retaken = forget_holds(m, w, value) if m.shared else (value, set())
    result = frozen.freeze(value, 0) if normal else UNKNOWN
    outcome = Outcome(
        value=result,
        fault=w.fault,
        assume=tuple(sorted((path, mask) for path, mask in w.facts.items() if _at_entry(m, path) and mask != ANYTHING)),
        operations=tuple(Operation(path, op) for path, op, _ in w.ops if path not in retaken),
        stores=tuple(
            sorted(
                (
                    (name, SOMETHING if name[0] == "$" and v != NOTHING else frozen.freeze(v, 0))
                    for name, v in w.env.items()
                    if _stored(m, w, name, v)
                ),
                key=lambda pair: pair[0],
            )
        ),
        handed=tuple(frozen.handed),
    )
    spans = _raising_spans(w)
    return Exit(outcome, spans[-1] if spans else None)


def _abandon(m: Machine, w: World, rid: str, place: str, span: Span, raised: Event | None) -> None:
    """Note that an exception leaves the resource in a place that lives on: `forsaken` tells whether that is a loss."""
    at = raised.span if raised is not None else span
    how = "yield" if at in m.yields else "exception"
    site = w.resources[rid].site
    if site not in m.abandoned and (how == "yield" or place not in w.facts):
        steps = m.ledger.steps(w, rid, (at, f"`{place}` is left open when this raises"))
        m.abandoned[site] = place, Leak(how, at, steps, True)


def _stored(m: Machine, w: World, name: str, value: Value) -> bool:
    if not escapes(name) and name not in m.procedure.nonlocals:
        return False
    # A flag (`self.closed = False`) is what the object's other methods ask for.
    flag = value in (TRUE, FALSE) and name.startswith(f"{m.self_name}.")
    if isinstance(value, Ref):
        return value.path != name
    return flag or value in (NOTHING, SOMETHING) or bool(w.held_by(value))


def _outlives(m: Machine, w: World, name: str) -> bool:
    if m.procedure.kind in ("module", "class"):
        return name[0] != "%"
    if name in m.procedure.nonlocals:
        return True
    if not escapes(name):
        return False
    if w.fault is not None and m.constructing and name.partition(".")[0] == m.self_name:
        return m.class_finalizes
    return True


def _looked_at(m: Machine, w: World, places: set[str]) -> bool:
    """Whether the procedure asked what stands in one of the places before it filled it."""
    asked = {path.partition(SEPARATOR)[0] for path in w.facts}
    named = {step.value for step in m.definitions.values() if isinstance(step, ir.LoadConst)}
    return any(place in asked or place.rpartition(".")[2] in named for place in places)


def _keep_engines(m: Machine, w: World, kept: dict[str, set[str]]) -> None:
    """A connection that is kept somewhere keeps the engine it came from."""
    for rid, places in list(kept.items()):
        source = _engine_of(m, w, rid)
        if source is not None:
            kept.setdefault(source.rid, set()).update(places)


def _engine_of(m: Machine, w: World, rid: str) -> Held | None:
    """The engine or pool of this procedure that a resource was taken from."""
    source = w.resources[rid].source if rid in w.resources else UNKNOWN
    return source if isinstance(source, Held) and row_of(m, source.rid).kind in OWNER_KINDS else None


def _is_release(m: Machine, held: Value) -> bool:
    """Whether what is kept is a function that gives back what it captures, or the method that does: whoever has it may
    call it."""
    if isinstance(held, Bound):
        return held.name in m.catalog.release_words
    return isinstance(held, Closure) and m.closure_releases(held.procedure)


def _unnamed(m: Machine, rid: str) -> bool:
    """Whether an engine was made in the very expression that asks it for a connection: nobody can dispose of it."""
    return m.never_bound(m.ledger.sites[site_key(rid)].span)


def _never_shut_down(m: Machine, place: str, rid: str) -> bool:
    """Whether a field holds an engine that opens nothing before its first use and that no method of the class shuts
    down: a set-up that fails loses no more of it than one that succeeds."""
    row = m.ledger.sites[site_key(rid)].resource
    enclosing = m.enclosing_class()
    if row.kind not in OWNER_KINDS or row.opens != "first-use" or enclosing is None:
        return False
    return not m.ask(questions.released, enclosing[0], f"ends {place.partition('.')[2]}")


def _at_entry(m: Machine, path: str) -> bool:
    path, _, rest = path.partition("\x00")
    head = path.partition(".")[0].removesuffix("[]")
    return rest in ("", "open", "held") and (head[:1] == "$" or head in m.parameters or head in m.procedure.free)


def _lose_at_end(m: Machine, w: World, rid: str, span: Span, raised: Event | None, *, implicit: bool) -> None:
    site = m.ledger.sites[w.resources[rid].site]
    if w.fault is not None and w.fault.type == CLOSED.type:
        at = raised.span if raised is not None else span
        lose(m, w, rid, "yield", at, "lost when the generator is closed here", exceptional=True)
    elif w.fault is not None or raised is not None:
        at = raised.span if raised is not None else span
        how = "yield" if at in m.yields else "exception"
        lose(m, w, rid, how, at, "lost when this raises", exceptional=True)
    elif site.resource.taken == "result" and m.never_bound(site.span):
        lose(m, w, rid, "discarded", site.span, "never bound to a name")
    else:
        how = "fallthrough" if implicit else "return"
        text = "the function ends while it is still held" if implicit else "returns while it is still held"
        lose(m, w, rid, how, span, text)


def _raising_spans(w: World) -> tuple[Span, ...]:
    """Where exceptions were raised on the way here, last first."""
    return tuple(event.span for event in w.turns() if event.kind == "raise")


class _Freezer:
    """Turns values of a finished world into values of a summary."""

    def __init__(self, m: Machine, w: World, kept: dict[str, set[str]]) -> None:
        self.m = m
        self.w = w
        self.kept = kept
        self.handed: list[Handed] = []
        self.given: dict[str, int] = {}

    def freeze(self, value: Value, depth: int) -> Value:
        """The caller's view of a value."""
        if isinstance(value, Held):
            return self._resource(value)
        if isinstance(value, (Const, Ref)):
            return value
        if depth >= DEEPEST:
            return UNKNOWN
        if isinstance(value, Bundle):
            return Bundle(tuple(self.freeze(item, depth + 1) for item in value.items))
        if isinstance(value, Heap):
            content = self.w.heap.get(value.oid)
            if content is None:
                return UNKNOWN
            shared = [place for place, held in self.w.env.items() if place[0] == "$" and held == value]
            if shared:
                return Ref(min(shared))
            fields = tuple((name, self.freeze(inner, depth + 1)) for name, inner in content.fields)
            elements = tuple(self.freeze(inner, depth + 1) for inner in content.elements)
            project = ":" in content.cls
            if not project and not fields and all(e == UNKNOWN for e in elements):
                return UNKNOWN
            return Snapshot(content.cls, fields, elements)
        if isinstance(value, Manager) and value.does in ("closing", "null"):
            return Manager(value.does, self.freeze(value.inner, depth + 1), value.method)
        if isinstance(value, Task) and value.does == "release":
            return Task("release", inner=self.freeze(value.inner, depth + 1), op=value.op)
        return UNKNOWN

    def _resource(self, value: Held) -> Value:
        state = self.w.resources.get(value.rid)
        if state is None or state.status != Status.HELD or self.w.fault is not None:
            return UNKNOWN
        if value.rid in self.given:
            return New(self.given[value.rid])
        shared = sorted(place for place in self.kept.get(value.rid, ()) if place[0] == "$")
        if shared:
            return Ref(shared[0])
        site = self.m.ledger.sites[state.site]
        steps = site.origin or (Step(self.m.module.path, site.span, f"{site.resource.name} acquired here"),)
        source = state.source if isinstance(state.source, Ref) else UNKNOWN
        self.given[value.rid] = len(self.handed)
        self.handed.append(Handed(site.resource, site.library, site.sure, steps, site.is_async, source))
        return New(self.given[value.rid])
