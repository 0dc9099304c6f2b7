"""The graph of a procedure that stands in other lines than before."""

from __future__ import annotations

from typing import Any

import msgspec

from leaklint import ir
from leaklint.model import Span

_COMPREHENSION = b'"%c'
"""How the names of the variables of comprehensions begin; outside functions, they are named after their lines."""


def moved(procedure: ir.Procedure, by: int) -> ir.Procedure | None:
    """The procedure `by` lines further down; None where something in it is named after its line."""
    if not by:
        return procedure
    try:
        written = msgspec.json.encode(procedure)
    except (UnicodeError, ValueError, OverflowError):
        return None  # a literal that no file can hold, and a program can
    if _COMPREHENSION in written and procedure.kind not in ("function", "method"):
        return None

    def span(one: Span) -> Span:
        return Span(one.line + by, one.column, one.end_line + by, one.end_column)

    def step(one: Any) -> Any:
        return msgspec.structs.replace(one, span=span(one.span)) if hasattr(one, "span") else one

    def block(one: ir.Block) -> ir.Block:
        return ir.Block(tuple(map(step, one.instructions)), step(one.terminator), one.handler)

    return msgspec.structs.replace(procedure, blocks=tuple(map(block, procedure.blocks)), span=span(procedure.span))
