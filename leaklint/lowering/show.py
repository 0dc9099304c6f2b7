"""A procedure's graph as text, for people who debug it."""

from __future__ import annotations

from leaklint import ir
from leaklint.model import Span


def show(procedure: ir.Procedure) -> str:
    """One line for each instruction: its line number, its kind, its operands."""
    lines = [f"{procedure.kind} {procedure.name}({', '.join(p.name for p in procedure.parameters)})"]
    if procedure.free:
        lines.append(f"  free: {', '.join(procedure.free)}")
    for index, block in enumerate(procedure.blocks):
        handler = f" (exceptions to {block.handler})" if block.handler >= 0 else ""
        lines.append(f"{index}:{handler}")
        lines.extend(f"  {_show(instruction)}" for instruction in block.instructions)
        lines.append(f"  {_show(block.terminator)}")
    return "\n".join(lines)


def _show(node: ir.AnyInstruction | ir.Terminator) -> str:
    span: Span | None = getattr(node, "span", None)
    parts = []
    for field in node.__struct_fields__:
        content = getattr(node, field)
        if field != "span" and (content or field not in _QUIET):
            parts.append(f"{field}={content!r}")
    place = f"{span.line}:{span.column}" if span is not None else ""
    return f"{place:>8} {type(node).__name__} {' '.join(parts)}"


_QUIET = frozenset({"opaque", "starred", "keywords", "awaited", "statement", "is_async", "is_star", "keys", "repeated"})
