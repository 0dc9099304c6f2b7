"""Coroutines that their own module runs as a task and cancels: there, cancellation is an ordinary way to end."""

from __future__ import annotations

from leaklint import ir
from leaklint.ownership.asking import Asking
from leaklint.ownership.faults import CANCELLED
from leaklint.ownership.machine import Machine
from leaklint.ownership.values import Task, Value
from leaklint.ownership.world import World
from leaklint.resolve.refs import Function

_STARTING = ("create_task", "ensure_future")


def is_cancelled(asking: Asking) -> bool:
    """Whether a task of this coroutine is made in its module, under a name on which `cancel` is called there."""
    program = asking.resolver.program
    if not asking.procedure.is_async or not program.lines_with(asking.module, "cancel"):
        return False
    if not any(program.lines_with(asking.module, word) for word in _STARTING):
        return False
    own = Function(asking.module.module, asking.procedure.name)
    started: set[str] = set()
    cancelled: set[str] = set()
    for name in asking.module.procedures:
        body = asking.resolver.names.definitions(asking.module.module, name)
        if body is None:
            continue
        place = _Places(body.values)
        cancelled |= {place.text(load.base) for load in body.attribute_loads if load.name == "cancel"}
        for call in body.calls:
            if place.text(call.func).rpartition(".")[2] not in _STARTING or not call.args:
                continue
            inner = body.single(call.args[0])
            if not isinstance(inner, ir.Call):
                continue
            refs = asking.resolver.refs(asking.module, asking.module.procedures[name], inner.func)
            if any(isinstance(ref, Function) and (ref.module, ref.name) == (own.module, own.name) for ref in refs):
                started |= place.names_of(call.dst, body.attributes)
    return bool(started & cancelled)


def cancel_here(m: Machine, w: World, waited: Value, step: ir.Await) -> None:
    """The task may be cancelled while it waits. What is being given back counts as given back."""
    if m.cancelled and not (isinstance(waited, Task) and waited.does in ("release", "leave")):
        m.raised(w, CANCELLED, step.span)


class _Places:
    """The source forms of one body's operands, and the names that a value is bound to."""

    def __init__(self, values: dict[str, list[ir.AnyInstruction | ir.Next]]) -> None:
        self._values = values

    def text(self, operand: str) -> str:
        """`self.task`, `task`, `asyncio.create_task`; a temporary stands for itself."""
        steps = self._values.get(operand, [])
        if operand[:1] == "%" and len(steps) == 1:
            step = steps[0]
            if isinstance(step, ir.Attr):
                return f"{self.text(step.base)}.{step.name}"
            if isinstance(step, ir.LoadGlobal):
                return step.name
        return operand

    def names_of(self, operand: str, attributes: list[ir.SetAttr]) -> set[str]:
        """What the operand is assigned to."""
        found = {f"{self.text(step.base)}.{step.name}" for step in attributes if step.src == operand}
        for name, steps in self._values.items():
            if name[:1] != "%" and any(isinstance(step, ir.Copy) and step.src == operand for step in steps):
                found.add(name)
        return found
