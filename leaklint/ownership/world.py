"""A world: one possible state of a procedure at one program point.

The interpreter keeps a set of them at each block. Two worlds with the same `key()` are the same; their traces may
differ, and the first one stays.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator

import msgspec

from leaklint.model import Span
from leaklint.ownership.values import (
    ANYTHING,
    FALSE,
    FALSY,
    LEAVES,
    NOTHING,
    PLAIN,
    TRUE,
    TRUTHY,
    Bound,
    Bundle,
    Closure,
    Const,
    Derived,
    Elements,
    Fault,
    Heap,
    Held,
    Manager,
    Ref,
    Unbound,
    Unknown,
    Value,
    parts,
)


class Status(enum.IntEnum):
    """What has become of a resource."""

    HELD = 0
    RELEASED = 1
    TRANSFERRED = 2
    LOST = 3


class Resource(msgspec.Struct, frozen=True, cache_hash=True):
    """A resource in one world.

    site: its acquisition's number. source: the value it was taken from (the pool). used: something was taken from it
    or it was passed on (a lazy engine holds nothing before). ended: a `with` that does not close has ended on it.
    wrong: a call that only looked like its release was made ("close-instead-of-return", "wrong-pool", "not-awaited").
    stored: it hangs on an object that lives on, should the procedure end normally.
    unsure: its release raised, so another release is no surprise.
    many: it stands for several resources of one site (acquired in a loop and kept).
    """

    site: int
    status: Status = Status.HELD
    source: Value = Unknown()
    used: bool = False
    ended: bool = False
    wrong: str = ""
    unsure: bool = False
    many: bool = False


BASE = "super()"
"""The field of an object that has what a driver's class, which its own inherits from, makes it hold."""


class Content(msgspec.Struct, frozen=True, cache_hash=True):
    """What a heap object holds. `cls`: "list", "dict", "set", "stack" (an ExitStack), "module:Class" of the project,
    or a dotted external class. `ordered`: elements stand at their own index."""

    cls: str
    fields: tuple[tuple[str, Value], ...] = ()
    elements: tuple[Value, ...] = ()
    ordered: bool = True


class Event(msgspec.Struct, frozen=True):
    """One thing that happened on the way to this world. kind: acquire, release, branch, raise, return, with, lost,
    misuse, store, shared."""

    kind: str
    span: Span
    text: str = ""
    rid: str = ""


TURNS = frozenset({"acquire", "raise"})
"""Kinds of events that are looked for behind many others."""


Trace = tuple["Trace", Event, "Trace"] | None
"""What was before an event, the event, and what was up to the last of the TURNS before it."""


class World:
    """Mutable while one block is interpreted, never shared: `fork` before changing a world that another may see.

    struck: an exception nobody raised by hand has happened while something was held. One such fault a path is what is
    looked at; a second one, in the handler of the first, is not.
    """

    __slots__ = ("env", "facts", "fault", "heap", "ops", "resources", "struck", "trace")

    def __init__(self) -> None:
        self.env: dict[str, Value] = {}
        self.resources: dict[str, Resource] = {}
        self.heap: dict[str, Content] = {}
        self.facts: dict[str, int] = {}
        self.ops: tuple[tuple[str, str, Span], ...] = ()
        self.fault: Fault | None = None
        self.struck = False
        self.trace: Trace = None

    def fork(self) -> World:
        """An independent copy."""
        other = World.__new__(World)
        other.env = self.env.copy()
        other.resources = self.resources.copy()
        other.heap = self.heap.copy()
        other.facts = self.facts.copy()
        other.ops = self.ops
        other.fault = self.fault
        other.struck = self.struck
        other.trace = self.trace
        return other

    def key(self) -> tuple[object, ...]:
        """Equal for worlds that no later step can tell apart."""
        return (
            frozenset(self.env.items()),
            frozenset(self.resources.items()),
            frozenset(self.heap.items()) if self.heap else None,
            frozenset(self.facts.items()) if self.facts else None,
            frozenset((path, op) for path, op, _ in self.ops) if self.ops else None,
            self.fault,
            self.struck,
        )

    def coarse_key(self, flags: bool = False) -> tuple[object, ...]:
        """Equal for worlds that agree on every resource, whatever else they differ in. flags: but for variables that
        are True, False or unbound."""
        holding = frozenset(
            (name, value)
            for name, value in self.env.items()
            if isinstance(value, (Held, Bound, Bundle, Manager))
            or (isinstance(value, Heap) and not self._bare(value))
            or name.startswith("%region")
            or (flags and (isinstance(value, Unbound) or value in (TRUE, FALSE)))
        )
        facts = frozenset(self.facts.items()) if flags else None
        return (holding, frozenset(self.resources.items()), facts, self.fault is None, self.struck)

    def _bare(self, value: Heap) -> bool:
        """Whether it is a container that holds nothing of interest."""
        content = self.heap.get(value.oid)
        if content is None or content.elements or content.fields:
            return False
        return content.cls in ("list", "dict", "set")

    def note(self, kind: str, span: Span, text: str = "", rid: str = "") -> None:
        """Add a step to the trace."""
        before = self.trace
        turn = before if before is None or before[1].kind in TURNS else before[2]
        self.trace = before, Event(kind, span, text, rid), turn

    def events(self) -> Iterator[Event]:
        """The steps of the trace, last first."""
        at = self.trace
        while at is not None:
            at, event, _ = at
            yield event

    def turns(self) -> Iterator[Event]:
        """What was acquired and raised on the way, last first."""
        at = self.trace
        while at is not None:
            _, event, at = at
            if event.kind in TURNS:
                yield event

    # -- reachability -------------------------------------------------------------------------------------------

    def base_part(self, value: Value) -> Held | None:
        """What an object holds because its class inherits from a driver's."""
        content = self.heap.get(value.oid) if isinstance(value, Heap) else None
        part = dict(content.fields).get(BASE) if content is not None else None
        return part if isinstance(part, Held) else None

    def held_by(self, value: Value, captured: dict[str, tuple[str, ...]] | None = None) -> set[str]:
        """The resources that `value` keeps hold of, directly or inside containers. Derived objects do not count.

        captured: for closures, the names each nested procedure captures; those names' values count as held.
        """
        kind = type(value)
        if kind in LEAVES:
            return set()
        if kind is Held:
            return {value.rid}  # type: ignore[union-attr]
        found: set[str] = set()
        seen: set[Value] = set()
        todo = [value]
        while todo:
            one = todo.pop()
            if type(one) in LEAVES or one in seen:
                continue
            seen.add(one)
            if isinstance(one, Held):
                found.add(one.rid)
            elif isinstance(one, (Heap, Elements)):
                content = self.heap.get(one.oid)
                if content is not None:
                    todo.extend(content.elements)
                    todo.extend(inner for _, inner in content.fields)
            elif isinstance(one, Closure):
                if captured is not None:
                    todo.extend(self.env[name] for name in captured.get(one.procedure, ()) if name in self.env)
            else:
                todo.extend(parts(one))
        return found

    def named(self, rid: str, besides: str = "", contexts: frozenset[str] = frozenset()) -> bool:
        """Whether some variable other than `besides` still leads to the resource. Of the temporaries only those in
        `contexts` count: the context managers of `with` blocks."""
        return any(
            name != besides and (name[0] != "%" or name in contexts) and rid in self.held_by(value)
            for name, value in self.env.items()
            if not isinstance(value, (Const, Unknown, Ref))
        )

    # -- what values may be -------------------------------------------------------------------------------------

    def mask(self, value: Value) -> int:
        """Which of TRUTHY, NONE and FALSY the value may be in this world."""
        if isinstance(value, Const):
            return value.mask
        if isinstance(value, Unknown):
            return self.facts.get(value.key, ANYTHING) if value.key else ANYTHING
        if isinstance(value, Ref):
            return self.facts.get(value.path, ANYTHING)
        if isinstance(value, Heap):
            content = self.heap.get(value.oid)
            if content is None or content.cls not in ("list", "dict", "set"):
                return TRUTHY
            return TRUTHY if content.elements or content.fields else TRUTHY | FALSY
        if isinstance(value, Bundle):
            return TRUTHY if value.items else FALSY
        if isinstance(value, Elements):
            content = self.heap.get(value.oid)
            # Whatever else is among them, those that matter are taken in turn.
            return TRUTHY if content is not None and content.cls != "queue" and self.held_by(value) else ANYTHING
        return TRUTHY

    def learn(self, value: Value, mask: int) -> bool:
        """Restrict the value to `mask`. False when that is impossible in this world."""
        now = self.mask(value) & mask
        if not now:
            return False
        if isinstance(value, Unknown) and value.key:
            self.facts[value.key] = now
        elif isinstance(value, Ref):
            self.facts[value.path] = now
        elif isinstance(value, Elements) and now == TRUTHY:
            self._pass_over_none(value.oid)
        return True

    def _pass_over_none(self, oid: str) -> None:
        """Of a container's elements those that are None were asked for and left alone."""
        content = self.heap.get(oid)
        if content is not None and NOTHING in content.elements:
            elements = tuple(one for one in content.elements if one != NOTHING)
            self.heap[oid] = msgspec.structs.replace(content, elements=elements, ordered=False)

    def collect(self, keep: set[str]) -> None:
        """Forget heap objects and finished resources that no variable leads to. keep: resource ids to retain."""
        if not self.resources and not self.heap:
            return
        reached: set[str] = set()
        objects: set[str] = set()
        todo = list(self.env.values())
        seen: set[Value] = set()
        while todo:
            one = todo.pop()
            if type(one) in PLAIN or one in seen:
                continue
            seen.add(one)
            if isinstance(one, (Held, Derived)):
                reached.add(one.rid)
                state = self.resources.get(one.rid)
                if state is not None:
                    todo.append(state.source)
            elif isinstance(one, (Heap, Elements)):
                objects.add(one.oid)
                content = self.heap.get(one.oid)
                if content is not None:
                    todo.extend(content.elements)
                    todo.extend(inner for _, inner in content.fields)
            else:
                todo.extend(parts(one))
                subject = getattr(one, "subject", None)
                if subject is not None:
                    todo.append(subject)
        for rid in [r for r, s in self.resources.items() if r not in reached and s.status != Status.HELD]:
            if rid not in keep:
                del self.resources[rid]
        for oid in [o for o in self.heap if o not in objects]:
            del self.heap[oid]
