"""A call as the interpreter makes it: what is called where, with which values."""

from __future__ import annotations

import msgspec

from leaklint.model import Span
from leaklint.ownership.values import Value
from leaklint.ownership.world import World

Results = list[tuple[World, Value]]


class Invocation(msgspec.Struct, frozen=True):
    """One call as it is made: `at` numbers the instruction, `operand` is where its value goes."""

    at: int
    span: Span
    operand: str
    func: str
    args: tuple[Value, ...]
    keywords: tuple[tuple[str, Value], ...] = ()
    awaited: bool = False

    @property
    def values(self) -> tuple[Value, ...]:
        """All arguments, keywords after positions."""
        return (*self.args, *(value for _, value in self.keywords))

    def keyword(self, name: str) -> Value | None:
        """The argument given by name."""
        return next((value for key, value in self.keywords if key == name), None)
