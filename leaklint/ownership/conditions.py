"""Tests: what a branch taken tells of the values it asked about."""

from __future__ import annotations

from leaklint import ir
from leaklint.ownership.values import (
    ANYTHING,
    FALSE,
    FALSY,
    NONE,
    NOTHING,
    TRUE,
    TRUTHY,
    UNKNOWN,
    Condition,
    Const,
    Held,
    Ref,
    Unbound,
    Unknown,
    Value,
)
from leaklint.ownership.world import Status, World

SEPARATOR = "\x00"
"""Stands between the place and the rest in the key of an opaque predicate."""


OPEN = SEPARATOR + "open"
"""Ends the key of the predicate "the resource at this place is open"."""


HELD = SEPARATOR + "held"
"""Ends the key of the predicate "at this place is a resource itself, not an object of the project that has one"."""


ASKED = SEPARATOR + "asked"
"""Ends the key of what is left of predicates about a place that is asked about no more."""


COMPARISONS = frozenset({"==", "<", "<=", ">", ">=", "in"})
"""What stands between the place and the rest in the key of a predicate that `compare` gives."""


def assume(w: World, value: Value, truth: bool) -> bool:
    """Take the branch on which `value` is true (or false). False when no run can take it in this world."""
    if not isinstance(value, Condition):
        return w.learn(value, TRUTHY if truth else NONE | FALSY)
    holds = truth is not value.negated
    if value.kind == "none":
        return w.learn(value.subject, NONE if holds else TRUTHY | FALSY)
    if value.kind in ("truth", "size"):
        return w.learn(value.subject, TRUTHY if holds else NONE | FALSY)
    if value.kind == "open":
        return _open(w, value.subject, holds)
    if value.kind == "held":
        return _held(w, value.subject, holds)
    if value.kind == "bound":
        bound = w.env.get(value.text)
        return bound is None or isinstance(bound, Unbound) is not holds
    return _learn_predicate(w, value.text, holds)


def _learn_predicate(w: World, key: str, holds: bool) -> bool:
    wanted = TRUTHY if holds else FALSY
    if not w.facts.get(key, ANYTHING) & wanted:
        return False
    w.facts[key] = wanted
    return True


def _open(w: World, subject: Value, holds: bool) -> bool:
    if isinstance(subject, Held):
        state = w.resources.get(subject.rid)
        if state is not None and state.status == Status.HELD:
            return holds
        if state is not None and state.status == Status.RELEASED:
            return not holds
        return True
    if isinstance(subject, Ref):
        return _learn_predicate(w, f"{subject.path}{OPEN}", holds)
    return w.mask(subject) != NONE


def _held(w: World, subject: Value, holds: bool) -> bool:
    if isinstance(subject, Ref):
        return _learn_predicate(w, f"{subject.path}{HELD}", holds)
    return isinstance(subject, Held) is holds


def negate(value: Value) -> Value:
    """`not value`."""
    if isinstance(value, Condition):
        return Condition(value.kind, value.subject, value.text, not value.negated)
    if isinstance(value, Const):
        return TRUE if value.mask != TRUTHY else FALSE
    return Condition("truth", value, negated=True)


def identity(value: Value) -> str:
    """A text that two equal values share and that stays the same while neither changes; "" when there is none."""
    if isinstance(value, Ref):
        return value.path
    if isinstance(value, Unknown):
        return value.key
    return value.text if isinstance(value, Const) else ""


def compare(op: str, left: Value, right: Value) -> Value:
    """The value of `left op right`."""
    if op in ("is", "==", "isnot", "!="):
        return _equality(op in ("isnot", "!="), left, right, op[:2] == "is")
    if isinstance(left, Condition) and left.kind == "size" and isinstance(right, Const):
        if (op, right.text) in ((">", "0"), (">=", "1")):
            return Condition("truth", left.subject)
        if (op, right.text) in (("<", "1"), ("<=", "0")):
            return Condition("truth", left.subject, negated=True)
        left = left.subject
    if op in ("in", "notin") and isinstance(right, Unknown) and right.key == "locals()" and isinstance(left, Const):
        return Condition("bound", UNKNOWN, left.text.strip("'\""), op == "notin")
    first, second = identity(left), identity(right)
    if first and second:
        flipped = {"notin": "in", ">=": "<", "<=": ">"}.get(op)
        text = f"{first}{SEPARATOR}{flipped or op}{SEPARATOR}{second}"
        return Condition("same", UNKNOWN, text, flipped is not None)
    return UNKNOWN


def _equality(negated: bool, left: Value, right: Value, identical: bool) -> Value:
    if isinstance(left, Const) and not isinstance(right, Const):
        left, right = right, left
    if right == NOTHING:
        return Condition("none", left, negated=negated)
    if isinstance(left, Const) and isinstance(right, Const):
        return TRUE if (left == right) is not negated else FALSE
    if isinstance(left, Condition) and left.kind == "open" and right in (Const("0"), FALSE):
        return left if negated else negate(left)
    if isinstance(left, Condition) and left.kind == "size" and isinstance(right, Const) and right.text == "0":
        return Condition("truth", left.subject, negated=not negated)
    if right in (TRUE, FALSE) and isinstance(left, (Condition, Unknown, Ref)):
        same = left if isinstance(left, Condition) else Condition("truth", left)
        return negate(same) if (right == FALSE) is not negated else same
    if identical and isinstance(left, (Held, Ref)) and isinstance(right, (Held, Ref)):
        if left == right:
            return FALSE if negated else TRUE
        if Held in (type(left), type(right)):
            return TRUE if negated else FALSE
    first, second = identity(left), identity(right)
    if first and second:
        return Condition("same", UNKNOWN, f"{first}{SEPARATOR}=={SEPARATOR}{second}", negated)
    return UNKNOWN


def constant(instruction: ir.LoadConst) -> Value:
    """The abstract value of a literal."""
    return Const(instruction.value if instruction.opaque else repr(instruction.value))  # type: ignore[arg-type]
