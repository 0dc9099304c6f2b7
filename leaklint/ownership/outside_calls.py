"""Calls of what lies outside of the program: libraries, and what nobody knows."""

from __future__ import annotations

from collections.abc import Iterable

from leaklint import ir
from leaklint.model import Span
from leaklint.ownership import recognition
from leaklint.ownership.application import perform
from leaklint.ownership.builtin_calls import call_builtin, call_wrapper
from leaklint.ownership.faults import ANY
from leaklint.ownership.invocation import Invocation, Results
from leaklint.ownership.machine import Machine
from leaklint.ownership.objects import keep_elsewhere, make, stopped_by_none
from leaklint.ownership.places import escapes, store
from leaklint.ownership.resources import (
    give_to,
    hand_over,
    mark_used,
    operate,
    raise_after_release,
    release,
    release_source,
    transfer,
)
from leaklint.ownership.values import (
    UNKNOWN,
    Applied,
    Bound,
    Closure,
    Elements,
    Fault,
    Heap,
    Held,
    Manager,
    Ref,
    Task,
    Value,
)
from leaklint.ownership.words import KEPT_KINDS, OWNER_KINDS
from leaklint.ownership.world import BASE, Status, World
from leaklint.resolve.refs import Method


def settle_lazy(m: Machine, w: World, values: Iterable[Value]) -> None:
    """An engine that opens nothing before its first use is given to an object: that object has it now."""
    for value in values:
        if isinstance(value, Held):
            row = m.ledger.sites[w.resources[value.rid].site].resource
            if row.kind in OWNER_KINDS and row.opens == "first-use":
                transfer(m, w, value.rid)


def call_external(
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
    if last == "__init__" and isinstance(receiver, Ref) and receiver.path == m.self_name:
        _keep_in_base(m, w, made, name, receiver)
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
        settle_lazy(m, w, made.values if class_like(name) else ())
        held = tuple(v for v in made.values if w.held_by(v))
        result = make(w, str(made.at), name, held) if held else UNKNOWN
    quiet = (
        m.catalog.cannot_raise(name) or _has_default(last, made) or (method is not None and _is_quiet(m, name, last))
    )
    if quiet and not m.words.strict:
        _show(m, w, made.values, name)
        return [(w, result)]
    library = m.words.library_of(name)
    return unknown_result(m, w, made, recognition.fault_of(m, library) if library else ANY, result, name)


def _keep_in_base(m: Machine, w: World, made: Invocation, name: str, own: Ref) -> None:
    """`super().__init__(conn)`, where the base is a class that nobody reads: the object keeps what it is given."""
    owner = name.rpartition(".")[0]
    if owner.startswith("builtins.") or m.catalog.borrows(owner) or m.catalog.acquisition(owner) is not None:
        return
    for value in made.values:
        if isinstance(value, Ref) and not escapes(value.path):
            store(m, w, own, BASE, value, made.span)
        else:
            hand_over(m, w, value, m.captures)


def call_unknown(m: Machine, w: World, made: Invocation, receiver: Value, name: str) -> Results:
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
    quiet = name in m.words.calm or m.cannot_raise(made.func, name) or _has_default(name, made)
    return unknown_result(m, w, made, None if quiet and not m.words.strict else ANY, result, m.text(made.func))


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
            if method in m.words.release_to:
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
                stopped = stopped_by_none(w, value)
                if stopped is not None:
                    m.raised(stopped, Fault("builtins.AttributeError", exact=True), made.span)
                if isinstance(value, Held) or w.resources[rid].status != Status.RELEASED:  # else this is the next one
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
    return found is None or found.resource.kind not in KEPT_KINDS or last in found.resource.release


def _is_quiet(m: Machine, name: str, last: str) -> bool:
    """Whether a method does not fail in practice on objects of its class."""
    found = m.catalog.resource_of_type(name.removesuffix(f".{last}"))
    return found is not None and last in found.resource.no_raise


def release_of_place(m: Machine, w: World, made: Invocation, receiver: Value, name: str) -> Results | None:
    """A release word is called on a place of the caller's (`self.conn.close()`, a parameter): note it."""
    if not isinstance(receiver, Ref) or name not in m.words.release_on:
        return None
    operate(w, receiver.path, f"await:{name}" if made.awaited else name, made.span)
    if name in m.words.owner:
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
            if value.name in m.words.release_to:
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
