"""Places: what `x`, `self.conn` or a module global holds now, and storing into them."""

from __future__ import annotations

from leaklint.model import Span
from leaklint.ownership.conditions import OPEN, SEPARATOR
from leaklint.ownership.ledger import site_key
from leaklint.ownership.machine import Machine
from leaklint.ownership.objects import field, set_field
from leaklint.ownership.resources import LAPSE, hand_over, lose, operate
from leaklint.ownership.values import (
    SOMETHING,
    UNKNOWN,
    Bound,
    Bundle,
    Condition,
    Const,
    Derived,
    Elements,
    Heap,
    Held,
    Manager,
    Ref,
    Task,
    Unknown,
    Value,
)
from leaklint.ownership.world import Status, World

BUILTIN = frozenset({"list", "dict", "set", "queue", "generator"})
LONGEST_PATH = 3
"""Attributes in a place: `self.a.b.c` is followed, anything longer is unknown."""


def global_path(module: str, name: str) -> str:
    """The place of a module global, unique in the program."""
    return f"${module.replace('.', '/')}:{name}"


def escapes(path: str) -> bool:
    """Whether a place outlives the procedure: an attribute of something it was given, or a module global."""
    return path[0] == "$" or ("." in path and path[0] != "%")


def attribute(m: Machine, w: World, base: Value, name: str) -> Value:
    """base.name, as far as it is data. A method comes back as `Bound`."""
    if isinstance(base, Ref):
        path = f"{base.path}.{name}"
        known = w.env.get(path)
        if known is not None:
            return known
        return Ref(path) if path.count(".") <= LONGEST_PATH else Bound(base, name)
    if isinstance(base, Heap):
        content = w.heap.get(base.oid)
        if content is None:
            return UNKNOWN
        known = field(w, base.oid, name)
        if known is None and content.cls != "stack" and ":" not in content.cls and content.cls not in BUILTIN:
            if name not in m.catalog.release_words and w.held_by(base):
                return Elements(base.oid)
        if known is None and content.cls not in ("list", "dict", "set"):
            known = field(w, base.oid, repr(name))
        return known if known is not None else Bound(base, name)
    if isinstance(base, Held):
        row = m.ledger.sites[w.resources[base.rid].site].resource if base.rid in w.resources else None
        if row is not None and (name in row.open_tests or name in row.closed_tests):
            return Bound(base, name)
        return Bound(base, name)
    if isinstance(base, Unknown):
        return Bound(base, name) if base.key else UNKNOWN
    return Bound(base, name)


def truth_of_attribute(m: Machine, value: Value) -> Value:
    """`conn.closed` used as a value: a test of the resource, where the catalog says so."""
    if isinstance(value, Bound) and isinstance(value.base, Held):
        row = m.ledger.sites[site_key(value.base.rid)].resource
        if value.name in row.closed_tests or value.name in row.open_tests:
            return Condition("open", value.base, negated=value.name in row.closed_tests)
    if isinstance(value, Bound):
        return UNKNOWN
    if isinstance(value, Ref):
        base, _, name = value.path.rpartition(".")
        verdict = m.words.open_tests.get(name) if base else None
        if verdict is not None:
            return Condition("open", Ref(base), negated=not verdict)
    return value


def forget_below(w: World, path: str) -> None:
    """The place `path` holds something new: what was known of its attributes is void. What a test told of its value
    at entry, and whether that was open, stays true, and is what the caller will be asked for."""
    prefix = path + "."
    for known in [name for name in w.env if name.startswith(prefix)]:
        del w.env[known]
    for fact in [name for name in w.facts if name.startswith((prefix, path + SEPARATOR)) and name != path + OPEN]:
        del w.facts[fact]


def overwrite(
    m: Machine, w: World, name: str, before: Value | None, span: Span, text: str, how: str = "overwritten"
) -> None:
    """The variable `name` that held `before` gets another value: what only it led to is lost."""
    if before is None or not isinstance(before, (Held, Heap, Bundle, Manager)):
        return
    after = w.held_by(w.env.get(name, UNKNOWN))  # `conn = Logged(conn)`
    for rid in sorted(set(w.held_by(before)) - set(after)):
        state = w.resources.get(rid)
        if state is not None and state.status == Status.HELD and not w.named(rid, name, m.contexts):
            lose(m, w, rid, "loop" if rid.endswith("'") else how, span, text)


def assign(m: Machine, w: World, name: str, value: Value, span: Span) -> None:
    """name = value."""
    before = w.env.get(name)
    w.env[name] = value
    if before is not None and before != value:
        overwrite(m, w, name, before, span, f"`{name}` is bound again while it still holds the resource")


def store(m: Machine, w: World, base: Value, name: str, value: Value, span: Span) -> None:
    """base.name = value."""
    if isinstance(base, Ref):
        path = f"{base.path}.{name}"
        if path.count(".") > LONGEST_PATH:
            hand_over(m, w, value)
            return
        before = w.env.get(path)
        if before is None and w.held_by(value) and has_failed(w):
            operate(w, path, LAPSE, span)
        forget_below(w, path)
        known = isinstance(value, (Const, Ref, Task)) or w.held_by(value, m.captures)
        looked_for = isinstance(value, Derived) and path in w.facts  # `if not self.cursor:`, and this fills it
        w.env[path] = value if known else SOMETHING if looked_for else UNKNOWN
        keep_in_module(w, path, value)
        if before is not None and before != value:
            overwrite(m, w, path, before, span, f"`{path}` is bound again while it still holds the resource")
    elif isinstance(base, Heap) and base.oid in w.heap:
        before = set_field(w, base.oid, name, value)
        if before is not None and before != value:
            overwrite(m, w, "", before, span, f"`.{name}` is bound again while it still holds the resource")
    elif isinstance(base, (Held, Derived, Elements)) and not w.held_by(value):
        return
    else:
        hand_over(m, w, value)


def has_failed(w: World) -> bool:
    """Whether something raised on the way here, and was caught."""
    return any(event.kind == "raise" for event in w.turns())


def keep_in_module(w: World, path: str, value: Value) -> None:
    """Something of the caller's is put into a module global, or into an attribute of one: it lives on there."""
    if path[0] == "$" and isinstance(value, Ref) and value.path[0] != "$":
        operate(w, value.path, "keep", None)


def follow(m: Machine, w: World, path: str, roots: dict[str, Value]) -> Value:
    """What a place named in a summary is in the caller. roots: the callee's parameters and captured names."""
    names = path.split(".")
    if path[0] == "$":
        value: Value = w.env.get(names[0], Ref(names[0]))
    else:
        root = names[0].removesuffix("[]")
        value = roots.get(root, UNKNOWN)
        if names[0].endswith("[]"):
            value = each(value)
    for name in names[1:]:
        spread = name.endswith("[]")
        value = truth_free(attribute(m, w, value, name.removesuffix("[]")))
        if spread:
            value = each(value)
    return value


def truth_free(value: Value) -> Value:
    """A field that is not known to the caller is unknown, not a method."""
    return UNKNOWN if isinstance(value, Bound) else value


def each(value: Value) -> Value:
    """The elements of a container."""
    if isinstance(value, Heap):
        return Elements(value.oid)
    if isinstance(value, Ref):
        return Ref(value.path + "[]")
    if isinstance(value, Bundle):
        held = [item for item in value.items if isinstance(item, (Held, Ref))]
        return held[0] if len(held) == 1 else value
    return UNKNOWN
