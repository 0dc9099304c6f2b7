"""How equations read other keys' values."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from leaklint.resolve.refs import Module
from leaklint.resolve.shapes import Value

Get = Callable[[Any], set[Value]]


def read_all(get: Get, kind: str, values: Iterable[Value], *rest: object) -> set[Value]:
    """The union of a kind of key over several values. A module has nothing but attributes."""
    found: set[Value] = set()
    for value in values:
        if not isinstance(value, Module) or kind == "attribute":
            found |= get((kind, value, *rest))
    return found
