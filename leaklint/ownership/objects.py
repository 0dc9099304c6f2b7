"""Containers and instances that a procedure makes: lists of connections, exit stacks, objects of its own classes."""

from __future__ import annotations

import msgspec

from leaklint import ir
from leaklint.ownership.keeping import keep_in_container
from leaklint.ownership.machine import Machine
from leaklint.ownership.resources import hand_over
from leaklint.ownership.traits import ADDING
from leaklint.ownership.values import (
    NOTHING,
    UNKNOWN,
    Bundle,
    Const,
    Elements,
    Heap,
    Iterator,
    Unknown,
    Value,
)
from leaklint.ownership.world import Content, Status, World

TAKING = frozenset(["pop", "popleft", "get", "get_nowait", "popitem"])
VIEWS = frozenset({"values", "items", "copy", "keys"})
MOST_ELEMENTS = 12
DISPLAYS = frozenset({"list", "dict", "set", "generator"})


def interesting(w: World, value: Value) -> bool:
    """Whether a value is worth remembering inside a container."""
    return bool(w.held_by(value))


def tells(w: World, value: Value) -> bool:
    """Whether a value is worth remembering among the elements of a list: None, too, which takes no release."""
    return value == NOTHING or interesting(w, value)


def stopped_by_none(w: World, of: Value) -> World | None:
    """The world in which a release of each of the elements has come to one that is None, and fails: those in front of
    it are given back. None where there is no such element."""
    content = w.heap.get(of.oid) if isinstance(of, Elements) else None
    if content is None or NOTHING not in content.elements:
        return None
    other = w.fork()
    for value in content.elements[: content.elements.index(NOTHING)] if content.ordered else ():
        for rid in w.held_by(value):
            other.resources[rid] = msgspec.structs.replace(other.resources[rid], status=Status.RELEASED)
    return other


def make(
    w: World, oid: str, cls: str, elements: tuple[Value, ...] = (), fields: tuple[tuple[str, Value], ...] = ()
) -> Heap:
    """A new object. One made earlier at the same place, in a loop, keeps what it holds beside the new content."""
    older = w.heap.get(oid)
    if older is not None and any(w.held_by(v) for v in (*older.elements, *(v for _, v in older.fields))):
        earlier = (*older.elements, *(value for _, value in older.fields if w.held_by(value)))
        elements = tuple(dict.fromkeys((*earlier, *elements)))[:MOST_ELEMENTS]
    w.heap[oid] = Content(cls, fields, elements, True)
    return Heap(oid)


def add(w: World, oid: str, value: Value, key: Value | None = None) -> None:
    """Put a value into a container; under `key` when that is a known constant."""
    content = w.heap[oid]
    if isinstance(key, Const) and content.cls == "dict":
        w.heap[oid] = Content(content.cls, _with(content.fields, key.text, value), content.elements, content.ordered)
        return
    if value in content.elements:
        w.heap[oid] = Content(content.cls, content.fields, content.elements, False)
        return
    if len(content.elements) >= MOST_ELEMENTS and not interesting(w, value):
        w.heap[oid] = Content(content.cls, content.fields, content.elements, False)
        return
    w.heap[oid] = Content(content.cls, content.fields, (*content.elements, value), content.ordered)


def _with(fields: tuple[tuple[str, Value], ...], name: str, value: Value) -> tuple[tuple[str, Value], ...]:
    return (*(pair for pair in fields if pair[0] != name), (name, value))


def set_field(w: World, oid: str, name: str, value: Value) -> Value | None:
    """object.name = value; returns what stood there before."""
    content = w.heap[oid]
    before = dict(content.fields).get(name)
    w.heap[oid] = Content(content.cls, _with(content.fields, name, value), content.elements, content.ordered)
    return before


def field(w: World, oid: str, name: str) -> Value | None:
    """What object.name holds, if it is known."""
    content = w.heap.get(oid)
    if content is None:
        return None
    for key, value in content.fields:
        if key == name:
            return value
    return None


def item(w: World, base: Value, index: Value) -> Value:
    """base[index]."""
    if isinstance(base, Bundle) and isinstance(index, Const):
        return _at(base.items, index)
    if isinstance(base, Heap):
        content = w.heap.get(base.oid)
        if content is None:
            return UNKNOWN
        if isinstance(index, Const):
            for key, value in content.fields:
                if key == index.text:
                    return value
            if content.ordered and content.cls in ("list", "generator"):
                return _at(content.elements, index)
        return Elements(base.oid) if _holds(w, content) else UNKNOWN
    if isinstance(base, Elements):
        return base
    return UNKNOWN


def _at(items: tuple[Value, ...], index: Const) -> Value:
    try:
        return items[int(index.text)]
    except (ValueError, IndexError):
        return UNKNOWN


def _holds(w: World, content: Content) -> bool:
    return any(w.held_by(v) for v in (*content.elements, *(v for _, v in content.fields)))


def iterate(w: World, value: Value) -> Value:
    """iter(value)."""
    if isinstance(value, Iterator):
        return value
    if isinstance(value, (Heap, Bundle)) and (w.held_by(value) or isinstance(value, Bundle)):
        return Iterator(value)
    return UNKNOWN


def advance(w: World, iterator: Value) -> tuple[Value, Iterator] | None:
    """The element that a loop step gives and the iterator after it; None when nothing is known of it."""
    if not isinstance(iterator, Iterator):
        return None
    of = iterator.of
    after = Iterator(of, True, iterator.pairs, iterator.enumerated)
    if isinstance(of, Heap):
        element: Value = Elements(of.oid)
        if iterator.pairs or iterator.enumerated:
            element = Bundle((Unknown(), element))
        return element, after
    if isinstance(of, Bundle):
        held = [one for one in of.items if w.held_by(one)]
        element = held[0] if len(held) == 1 and len(of.items) == 1 else (of if held else UNKNOWN)
        return element, after
    return None


def must_run(w: World, iterator: Value) -> bool:
    """Whether a loop over it certainly runs once more: it has not started, and has something or holds resources."""
    if not isinstance(iterator, Iterator) or iterator.started:
        return False
    return bool(iterator.of.items) if isinstance(iterator.of, Bundle) else bool(w.held_by(iterator.of))


def container_call(m: Machine, w: World, oid: str, name: str, args: tuple[Value, ...]) -> Value | None:
    """A method of a list, dict or set made here; None when the method says nothing of its content."""
    content = w.heap.get(oid)
    if content is None or content.cls not in ("list", "dict", "set", "queue"):
        return None
    if name in ADDING and args:
        if name == "extend" and isinstance(args[0], (Heap, Bundle)):
            inner = args[0].items if isinstance(args[0], Bundle) else w.heap[args[0].oid].elements
            for one in inner:
                add(w, oid, one)
            return UNKNOWN
        key = args[0] if name == "setdefault" else None
        if tells(w, args[-1]) or _holds(w, content):
            add(w, oid, args[-1], key)
        return args[-1] if name == "setdefault" else UNKNOWN
    if name in TAKING:
        if content.cls == "dict" and args and isinstance(args[0], Const):
            return item(w, Heap(oid), args[0])
        return Elements(oid) if _holds(w, content) else UNKNOWN
    if name == "items":
        return Iterator(Heap(oid), pairs=True)
    if name in VIEWS:
        return Heap(oid) if name != "keys" else UNKNOWN
    if name == "clear":
        w.heap[oid] = Content(content.cls)
        return UNKNOWN
    return None


def keep_elsewhere(m: Machine, w: World, func: str, name: str, values: tuple[Value, ...]) -> bool:
    """`somewhere.append(x)` on a container that is not ours: what x holds lives there now. func: the method called."""
    if name not in ADDING:
        return False
    step = m.definitions.get(func)
    for value in values:
        if isinstance(step, ir.Attr):
            keep_in_container(m, w, step.base, value)
        hand_over(m, w, value)
    return True
