"""Abstract values: what the interpreter knows of what a name holds. Frozen, hashable, compared by content."""

from __future__ import annotations

import msgspec

TRUTHY = 1
NONE = 2
FALSY = 4
"""A mask over these three says what a value may be: truthy, None, or false without being None."""
ANYTHING = TRUTHY | NONE | FALSY


class _Value(msgspec.Struct, frozen=True, cache_hash=True, array_like=True, tag=True, tag_field="value"):
    """Base of all abstract values. Tagged: summaries are kept from run to run."""


class Unknown(_Value, frozen=True, cache_hash=True):
    """Anything. A `key` gives it an identity, so that what one test learns of it holds at the next test."""

    key: str = ""


class Const(_Value, frozen=True, cache_hash=True):
    """A literal. `text` is its repr, since 1, 1.0 and True are equal in Python and are not here."""

    text: str

    @property
    def mask(self) -> int:
        """Which of TRUTHY, NONE, FALSY it is."""
        if self.text == "None":
            return NONE
        return FALSY if self.text in ("False", "0", "0.0", "''", "b''", "()") else TRUTHY


NOTHING = Const("None")
TRUE = Const("True")
FALSE = Const("False")
SOMETHING = Const("<something>")
"""An object that is there and that somebody else answers for: what a module global holds once it is filled."""


class Unbound(_Value, frozen=True, cache_hash=True):
    """A local variable before its first assignment, or after `del`."""


class Held(_Value, frozen=True, cache_hash=True):
    """The resource `rid` of the world."""

    rid: str


class Derived(_Value, frozen=True, cache_hash=True):
    """Something that lives on the resource `rid` (a cursor, a result) without being it."""

    rid: str


class Ref(_Value, frozen=True, cache_hash=True):
    """What the place `path` held when the procedure was entered: a parameter, an attribute of one (`self.pool`), a
    captured variable, or a module global (`$pool`)."""

    path: str


class Bundle(_Value, frozen=True, cache_hash=True):
    """A tuple (or another immutable display) with known elements."""

    items: tuple[Value, ...]


class Heap(_Value, frozen=True, cache_hash=True):
    """A mutable object made in this procedure; its content is the world's `heap[oid]`."""

    oid: str


class Elements(_Value, frozen=True, cache_hash=True):
    """Each of the elements of the container `oid`, one after another (a loop variable, a popped element)."""

    oid: str


class Iterator(_Value, frozen=True, cache_hash=True):
    """iter(of). `started` says that one element has been handed out; `pairs` that it gives (key, element)."""

    of: Value
    started: bool = False
    pairs: bool = False
    enumerated: bool = False


class Bound(_Value, frozen=True, cache_hash=True):
    """The method `name` of `base`, not called yet."""

    base: Value
    name: str


class Closure(_Value, frozen=True, cache_hash=True):
    """A nested function or lambda of this procedure."""

    procedure: str


class Applied(_Value, frozen=True, cache_hash=True):
    """functools.partial: `function` with its first arguments given."""

    function: Value
    args: tuple[Value, ...]


class Condition(_Value, frozen=True, cache_hash=True):
    """A boolean whose truth tells something of `subject`.

    kind: none (subject is None), truth (subject is truthy), open (the resource is open), bound (local `text` has a
    value), same (an opaque predicate named by `text`), held (a resource itself, no object that has one).
    """

    kind: str
    subject: Value
    text: str = ""
    negated: bool = False


class Manager(_Value, frozen=True, cache_hash=True):
    """A context manager that this stage understands.

    does: closing (its exit calls `method` of `inner`), suppress (ends exceptions of the types `types`), lazy (holds
    something only between enter and exit, and always gives it back), generator (a project function under
    @contextmanager: `function`), null (nullcontext).
    """

    does: str
    inner: Value = Unknown()
    method: str = ""
    types: tuple[str, ...] = ()
    function: str = ""


class Task(_Value, frozen=True, cache_hash=True):
    """A coroutine (or similar) that nothing awaits yet.

    does: acquire (awaiting it acquires at instruction `at`), release (awaiting it releases `inner`), call (awaiting
    it runs the call at instruction `at`), enter and leave (awaiting it enters or leaves the manager `inner`).
    """

    does: str
    at: int = -1
    inner: Value = Unknown()
    op: str = ""
    args: tuple[Value, ...] = ()


class Fault(_Value, frozen=True, cache_hash=True):
    """An exception. `type` is a canonical class name, or "" for any Exception. `exact`: of just that class.
    `unbound` names the variable whose missing value caused it (an UnboundLocalError, or None.close()). `besides`:
    other families of errors that it may be of instead, of a driver whose errors have no common class."""

    type: str = ""
    exact: bool = False
    unbound: str = ""
    besides: tuple[str, ...] = ()


class Raising(_Value, frozen=True, cache_hash=True):
    """In a region's slot: the region ends by raising `fault` again."""

    fault: Fault


class Going(_Value, frozen=True, cache_hash=True):
    """In a region's slot: the region ends by going on at block `target`."""

    target: int


class New(_Value, frozen=True, cache_hash=True):
    """In a summary: the `index`-th resource that the call hands to its caller."""

    index: int


class Snapshot(_Value, frozen=True, cache_hash=True):
    """In a summary: an object the callee made. `cls` is "module:Class" for a project class, else a dotted name."""

    cls: str
    fields: tuple[tuple[str, Value], ...] = ()
    elements: tuple[Value, ...] = ()


Value = (
    Unknown
    | Const
    | Unbound
    | Held
    | Derived
    | Ref
    | Bundle
    | Heap
    | Elements
    | Iterator
    | Bound
    | Closure
    | Applied
    | Condition
    | Manager
    | Task
    | Fault
    | Raising
    | Going
    | New
    | Snapshot
)
"""Any abstract value."""

UNKNOWN = Unknown()
UNBOUND = Unbound()


PLAIN = frozenset({Unknown, Const, Unbound, Ref, Fault})
"""Values that lead to no other and to no resource."""
LEAVES = PLAIN | {Derived, Condition}
"""Values that hold no resource: what is derived from one, and what is said of one, does not keep it."""


def parts(value: Value) -> tuple[Value, ...]:
    """The values that `value` directly holds on to."""
    if isinstance(value, Bundle):
        return value.items
    if isinstance(value, Bound):
        return (value.base,)
    if isinstance(value, Applied):
        return (value.function, *value.args)
    if isinstance(value, Manager):
        return (value.inner,)
    if isinstance(value, Task):
        return (value.inner, *value.args)
    if isinstance(value, Iterator):
        return (value.of,)
    return ()


def depth(value: Value) -> int:
    """How deeply displays nest in `value`; the interpreter bounds it so that loops reach a fixpoint."""
    inner = parts(value)
    return 1 + max(map(depth, inner)) if inner else 0
