"""One pass over a procedure: which instructions give each name its values, and what else the resolver looks for."""

from __future__ import annotations

import dataclasses
import functools

from leaklint import ir
from leaklint.ir import Procedure

MODULE_BODY = "<module>"

Definer = ir.AnyInstruction | ir.Next


def enclosing(name: str) -> str:
    """The qualified name of what a function or class is written in; the module body for one at the top."""
    return name.rpartition(".")[0] or MODULE_BODY


@dataclasses.dataclass(frozen=True)
class Definitions:
    """values: name -> the instructions that assign it (for a temporary: exactly one).

    items: SetItem instructions; attributes: SetAttr; globals: StoreGlobal; calls: all calls, in order.
    returned, yielded, delegated: the operands of return, yield and yield from.
    decorated: the result of a decorator -> the function or class that it decorates.
    """

    values: dict[str, list[Definer]]
    attributes: list[ir.SetAttr]
    items: list[ir.SetItem]
    globals: list[ir.StoreGlobal]
    calls: list[ir.Call]
    attribute_loads: list[ir.Attr]
    returned: list[str]
    yielded: list[str]
    delegated: list[str]
    decorated: dict[str, str]

    @functools.cached_property
    def calls_naming(self) -> dict[str, list[ir.Call]]:
        """Calls by the last part of the name they call, and by that of their first argument (a function passed on)."""
        found: dict[str, list[ir.Call]] = {}
        for call in self.calls:
            for name in {self._last_name(operand) for operand in (call.func, *call.args[:1])}:
                found.setdefault(name, []).append(call)
        return found

    def _last_name(self, operand: str) -> str:
        step = self.single(operand)
        return step.name if isinstance(step, (ir.LoadGlobal, ir.Attr)) else operand

    def single(self, operand: str) -> Definer | None:
        """The one instruction that defines an operand, through copies between temporaries; None if there are more."""
        for _ in range(20):
            found = self.values.get(operand)
            if found is None or len(found) != 1:
                return None
            if not isinstance(found[0], ir.Copy):
                return found[0]
            operand = found[0].src
        return None

    def constant(self, operand: str) -> ir.Constant:
        """The literal that an operand is; None if it is none."""
        found = self.single(operand)
        return found.value if isinstance(found, ir.LoadConst) and not found.opaque else None


def define(procedure: Procedure, decorated_names: frozenset[str]) -> Definitions:
    """Index a procedure. decorated_names: qualified names of the functions and classes that have decorators."""
    found = Definitions({}, [], [], [], [], [], [], [], [], {})
    values = found.values
    for block in procedure.blocks:
        for step in block.instructions:
            dst = getattr(step, "dst", "")
            if dst:
                values.setdefault(dst, []).append(step)
            if type(step) is ir.Call:
                found.calls.append(step)
            elif type(step) is ir.Attr:
                found.attribute_loads.append(step)
            elif type(step) is ir.Unpack:
                for name in step.dsts:
                    values.setdefault(name, []).append(step)
            elif type(step) is ir.SetAttr:
                found.attributes.append(step)
            elif type(step) is ir.SetItem:
                found.items.append(step)
            elif type(step) is ir.StoreGlobal:
                found.globals.append(step)
            elif type(step) is ir.Yield:
                found.yielded.append(step.src)
            elif type(step) is ir.YieldFrom:
                found.delegated.append(step.src)
        end = block.terminator
        if isinstance(end, ir.Return) and end.src:
            found.returned.append(end.src)
        elif isinstance(end, ir.Next):
            values.setdefault(end.dst, []).append(end)
    if decorated_names:
        _decorations(found, decorated_names)
    return found


def _decorations(found: Definitions, names: frozenset[str]) -> None:
    """A decorated definition stands for itself: whoever reads the IR finds the decorators on its signature."""
    made: dict[str, str] = {}
    for dst, steps in found.values.items():
        for step in steps:
            if isinstance(step, (ir.MakeFunction, ir.MakeClass)):
                written = step.procedure if isinstance(step, ir.MakeFunction) else step.name
                if written in names:
                    made[dst] = dst
    for call in found.calls:
        if len(call.args) == 1 and not call.keywords and call.args[0] in made:
            found.decorated[call.dst] = made[call.dst] = made[call.args[0]]
