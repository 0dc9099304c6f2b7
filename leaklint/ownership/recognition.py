"""Which calls acquire: by the catalog's names, by the receiver's row, or by their shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from leaklint.catalog import PROJECT
from leaklint.catalog.schema import Resource as Row
from leaklint.model import Confidence, Span
from leaklint.ownership import asking as questions
from leaklint.ownership.faults import ANY
from leaklint.ownership.holding import hold
from leaklint.ownership.ledger import site_key
from leaklint.ownership.machine import Machine
from leaklint.ownership.resources import acquire, mark_used
from leaklint.ownership.surroundings import is_fixture
from leaklint.ownership.values import UNKNOWN, Bundle, Fault, Heap, Held, Manager, Task, Value
from leaklint.ownership.words import OWNER_KINDS
from leaklint.ownership.world import Status, World
from leaklint.resolve.refs import Class, External, Function, Instance, Method

if TYPE_CHECKING:
    from leaklint.ownership.invocation import Invocation, Results


BASE_PART = 99
"""The index of what a base class holds, beside what the constructor of the class itself does."""


class Known(msgspec.Struct, frozen=True):
    """A recognised acquisition."""

    library: str
    row: Row
    sure: Confidence


def acquisition(m: Machine, made: Invocation, name: str, method: Method | None) -> Known | None:
    """The acquisition that the dotted `name` is."""
    found = m.catalog.acquisition(name) or m.catalog.holding(name)
    if found is None or _excused(m, made, found.resource):
        return None
    row = found.resource
    if row.slight and not is_fixture(m.procedure) and _holds(m, made, row.slight):
        row = msgspec.structs.replace(row, dropped="harmless")
    return Known(found.library, row, method.sure if method is not None else Confidence.HIGH)


def declared(m: Machine, made: Invocation, callee: Function | Class) -> Known | None:
    """The acquisition that the project declares a call of its own function or class to be."""
    found = m.ask(questions.declared, callee)
    if found is None or _excused(m, made, found.resource):
        return None
    return Known(found.library, found.resource, Confidence.HIGH)


def inherited(m: Machine, made: Invocation, bases: tuple[Class | External, ...]) -> Known | None:
    """The acquisition that making an object of a class with these bases is: what a base is made to hold, it holds."""
    for base in bases:
        found = m.catalog.acquisition(base.name) if isinstance(base, External) else None
        if found is not None:
            row = found.resource
            plain = not (row.lazy or row.awaited or row.gives or row.shared or row.taken == "receiver")
            return Known(found.library, row, Confidence.HIGH) if plain and not _excused(m, made, row) else None
    return None


def take_base(m: Machine, w: World, known: Known, made: Invocation) -> Held:
    """The part of a new object that a driver's class makes of it."""
    return _acquired(m, w, known, made, UNKNOWN, BASE_PART, part=True)


def method_of(m: Machine, library: str, row: Row, name: str) -> Known | None:
    """The acquisition that a method of a resource is (`engine.connect()`)."""
    if row.taken == "receiver" and any(call.rpartition(".")[2] == name for call in row.acquire):
        return Known(library, row, Confidence.HIGH)
    for cls in (row.type, *row.types):
        found = m.catalog.acquisition(f"{cls}.{name}") or m.catalog.holding(f"{cls}.{name}") if cls else None
        if found is not None:
            return Known(found.library, found.resource, Confidence.HIGH)
    return None


def by_shape(m: Machine, made: Invocation, name: str) -> Known | None:
    """An acquisition recognised by method and receiver name alone. LOW, unless the module imports the driver, the
    project declares the name, the resource is given back to the same receiver, or entered by hand: then MEDIUM."""
    receiver = m.text(made.func).rpartition(".")[0]
    if not receiver:
        return None
    best: tuple[int, Known] | None = None
    entered = (m.bound_name(made.operand), "__aenter__") in m.attributes
    for shape in m.catalog.shapes(name, receiver.rpartition(".")[2].removesuffix("()")):
        row = shape.resource
        imported = shape.library == PROJECT or not m.imported.isdisjoint(shape.modules)
        paired = any((receiver, word) in m.attributes for word in row.release_to)
        sure = Confidence.MEDIUM if imported or paired or (entered and row.awaited) else Confidence.LOW
        points = 4 * imported + 2 * paired + (row.awaited == (made.awaited or entered))
        if best is None or points > best[0]:
            best = (points, Known(shape.library, row, sure))
    return best[1] if best is not None else None


def _excused(m: Machine, made: Invocation, row: Row) -> bool:
    """Whether an argument says that this call takes nothing (`poolclass=NullPool`), or none says that it does.

    What is only not opened yet (`open=False`) will be, and has to be closed then.
    """
    unless = tuple(fact for fact in row.unless if not fact.endswith(("=True", "=False")))
    return _holds(m, made, unless) or (bool(row.only) and not _holds(m, made, row.only))


def _holds(m: Machine, made: Invocation, facts: tuple[str, ...]) -> bool:
    """Whether one of these facts holds of the call's arguments."""
    for fact in facts:
        if fact.startswith("given:"):
            if _is_given(m, made, fact[6:]):
                return True
            continue
        name, equals, wanted = fact.partition("=")
        text = m.keyword_text(made.at, name)
        if name.isdigit() and (operand := m.argument_operand(made.at, "", int(name))):
            text = m.written(operand)
        if text is not None and (not equals or text.rpartition(".")[2] == wanted):
            return True
    return False


def _is_given(m: Machine, made: Invocation, cls: str) -> bool:
    """Whether an argument is an object of the external class `cls`."""
    for operand, value in zip(m.argument_operands(made.at), made.values):
        if isinstance(value, Held):
            row = m.ledger.sites[site_key(value.rid)].resource
            if cls in (row.type, *row.types):
                return True
        if any(m.label(ref) == cls for ref in m.refs(operand) if isinstance(ref, Instance)):
            return True
    return False


def take(m: Machine, w: World, made: Invocation, known: Known, receiver: Value) -> Results:
    """The acquiring call is made: now, or once it is awaited or entered."""
    row = known.row
    if row.lazy:
        passing = row.kind == "connection" and row.with_ == "closes"
        pool = receiver if isinstance(receiver, Held) and not passing else UNKNOWN
        return [(w, Manager("lazy", pool, function=known.library))]
    if row.awaited:
        m.pending[made.at] = (known, made)
        return [(w, Task("acquire", made.at, receiver))]
    return taken(m, w, known, made, receiver, made.span)


def taken(m: Machine, w: World, known: Known, made: Invocation, receiver: Value, at: Span) -> Results:
    """The acquiring call runs, or is awaited, at `at`: it raises, or takes the resource. A session that opens nothing
    before its first use is made without a failure."""
    if m.words.strict or known.row.kind != "session" or known.row.opens != "first-use":
        m.raised(w, fault_of(m, known.library), at)
    if known.row.taken == "receiver":
        return hold(m, w, known, made, receiver)
    if known.row.shared:
        if not m.bound_name(made.operand):
            return [(w, UNKNOWN)]  # mentioned in passing: who keeps a name for it works with it
        if m.kept_to_itself(made.func):
            same = _given_before(m, w, made.func)
            if same is not None:
                return [(w, same)]
            m.registries[made.at] = made.func
        else:
            m.shared.add(made.at)
    return [(w, take_now(m, w, known, made, receiver))]


def _given_before(m: Machine, w: World, registry: str) -> Held | None:
    """What the registry of that name gave before: it gives the same again until that is released."""
    for rid, state in w.resources.items():
        if state.status == Status.HELD and m.registries.get(state.site) == registry:
            return Held(rid)
    return None


def take_now(m: Machine, w: World, known: Known, made: Invocation, receiver: Value) -> Value:
    """The resource is taken. Where the call gives a tuple: that, as long as is known of it."""
    receiver = _engine_in(m, w, m.value(w, made.func)) or receiver
    for value in (receiver, *made.values):
        if isinstance(value, Held):
            mark_used(w, value.rid)
    row = known.row
    if not row.gives:
        return _acquired(m, w, known, made, receiver)
    members: list[Value] = [UNKNOWN] * (max(row.gives) + 1)
    for index, position in enumerate(row.gives):
        name = m.member_name(made.operand, position) if len(row.gives) == 1 else ""
        members[position] = _acquired(m, w, known, made, receiver, index, name)
    return Bundle(tuple(members))


def _engine_in(m: Machine, w: World, called: Value) -> Held | None:
    """The one pool or engine that a factory of sessions was made with (`sessionmaker(bind=engine)`) that is called."""
    inside = sorted(w.held_by(called)) if isinstance(called, Heap) else []
    engines = [rid for rid in inside if m.ledger.sites[w.resources[rid].site].resource.kind in OWNER_KINDS]
    return Held(engines[0]) if len(engines) == 1 else None


def _acquired(
    m: Machine,
    w: World,
    known: Known,
    made: Invocation,
    source: Value,
    index: int = 0,
    bound: str = "",
    *,
    part: bool = False,
) -> Held:
    """part: it is held by an object that is made."""
    return acquire(
        m,
        w,
        made.at,
        made.span,
        known.row,
        known.library,
        known.sure,
        operand=made.operand,
        source=source,
        index=index,
        bound=bound,
        derived=part,
        owner=part,
        is_async=known.row.awaited,
    )


def fault_of(m: Machine, library: str) -> Fault:
    """What calls into the library raise: its own errors."""
    errors = m.catalog.errors_of(library)
    own = tuple(error for error in errors[1:] if not error.startswith("builtins."))
    return Fault(errors[0], besides=own) if errors else ANY


def exit_closes(m: Machine, w: World, rid: str, *, is_async: bool) -> bool:
    """Whether leaving a `with` on the resource gives it back."""
    row = m.ledger.sites[w.resources[rid].site].resource
    return (row.async_with if is_async else row.with_) == "closes"
