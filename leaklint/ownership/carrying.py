"""Where a procedure puts what gives a resource, uncalled: `self.make = connect`, `partial(connect)`, a registry.

Told by name and whatever the order of the instructions, as a first guess: who asks looks closer at what is found.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from typing import Any, NamedTuple

from leaklint import ir

_ROUNDS = 4


class Carried(NamedTuple):
    """stored: names with an operand that they are bound to; aliases: of those operands, the ones that are types.
    returned: operands. passed: calls with an argument."""

    stored: Sequence[tuple[str, str]]
    aliases: Container[str]
    returned: Sequence[str]
    passed: Sequence[tuple[ir.Call, str]]


def carried(
    procedure: ir.Procedure, leads: Callable[[str], bool], makes: Callable[[str], bool], *, receives: bool
) -> Carried:
    """What may be put somewhere. leads: whether what a name stands for may give a resource when called or entered.
    makes: whether calling it may give such a thing. receives: so may the parameters of the procedure."""
    walk = _Walk(procedure, leads, makes)
    walk.open = {
        parameter.name
        for parameter in procedure.parameters
        if receives or any(map(makes, _words(parameter.annotation)))
    }
    for _ in range(_ROUNDS):
        size = len(walk.open)
        walk.through()
        if len(walk.open) == size:
            break
    found = walk.found()
    annotated = [
        (name.rpartition(".")[2], name) for name, text in procedure.annotations if any(map(makes, _words(text)))
    ]
    captured: list[tuple[str, str]] = []
    if any(isinstance(step, ir.MakeFunction) for block in procedure.blocks for step in block.instructions):
        captured = [(name, name) for name in sorted(walk.open) if name[0] != "%"]
    aliases = {*walk.types, *(operand for _, operand in annotated)}
    return found._replace(stored=(*annotated, *captured, *found.stored), aliases=aliases)


class _Walk:
    """open: operands that may stand for what gives a resource."""

    def __init__(self, procedure: ir.Procedure, leads: Callable[[str], bool], makes: Callable[[str], bool]) -> None:
        self.procedure = procedure
        self.leads = leads
        self.makes = makes
        self.open: set[str] = set()
        self.types: set[str] = set()
        self.names: dict[str, str] = {}
        self.keys: dict[str, str] = {}

    def through(self) -> None:
        opened, opens = self.open, _OPENS
        step: Any
        for block in self.procedure.blocks:
            for step in block.instructions:
                test = opens.get(type(step))
                if test is not None:
                    if step.dst not in opened and test(self, step):
                        opened.add(step.dst)
                elif type(step) is ir.SetItem:
                    if step.src in opened:
                        opened.add(step.base)
                elif type(step) is ir.Append and step.item in opened:
                    opened.add(step.into)

    # -- whether the result of an instruction may give a resource when it is called or entered ------------------

    def named(self, step: ir.Attr | ir.LoadGlobal) -> bool:
        self.names[step.dst] = step.name
        return self.leads(step.name)

    def imported(self, step: ir.LoadImport) -> bool:
        return self.leads(step.name)

    def literal(self, step: ir.LoadConst) -> bool:
        if not isinstance(step.value, str) or step.opaque:
            return False
        self.keys[step.dst] = step.value
        return self.leads(step.value)

    def defined(self, step: ir.MakeFunction | ir.MakeClass) -> bool:
        last = (step.procedure if isinstance(step, ir.MakeFunction) else step.name).rpartition(".")[2]
        return last.startswith("<") or self.leads(last.partition("#")[0])

    def same(self, step: ir.Copy | ir.Await | ir.Iterate) -> bool:
        if step.src in self.types:
            self.types.add(step.dst)
        return step.src in self.open

    def item(self, step: ir.Item) -> bool:
        if step.index in self.open and self.names.get(step.base) == "Annotated":
            self.types.add(step.dst)
        # What a registry holds under a name is got at by that name.
        return step.base in self.open or step.dst in self.types or step.index in self.open

    def built(self, step: ir.Build) -> bool:
        return not self.open.isdisjoint(step.items)

    def made(self, step: ir.Call) -> bool:
        return self.makes(self.names.get(step.func, step.func)) or any(True for _ in self.given(step))

    # -- where it is put ----------------------------------------------------------------------------------------

    def given(self, call: ir.Call) -> Iterator[str]:
        for operand in (*call.args, *(value for _, value in call.keywords)):
            if operand in self.open:
                yield operand

    def found(self) -> Carried:
        stored: list[tuple[str, str]] = []
        returned: list[str] = []
        passed: list[tuple[ir.Call, str]] = []
        globally = self.procedure.kind in ("module", "class")
        for block in self.procedure.blocks:
            for step in block.instructions:
                if type(step) in _PUTTING:
                    self.put(step, globally, stored)
                elif type(step) is ir.Yield:
                    if step.src in self.open:
                        returned.append(step.src)
                elif isinstance(step, ir.Call):
                    passed += [(step, operand) for operand in self.given(step)]
                    stored += [(name, operand) for name, operand in step.keywords if name and operand in self.open]
            end = block.terminator
            if isinstance(end, ir.Return) and end.src in self.open:
                returned.append(end.src)
        return Carried(stored, self.types, returned, passed)

    def put(self, step: Any, globally: bool, stored: list[tuple[str, str]]) -> None:
        if step.src not in self.open:
            return
        if isinstance(step, (ir.SetAttr, ir.StoreGlobal)):
            stored.append((step.name, step.src))
        elif isinstance(step, ir.SetItem):
            key = self.keys.get(step.index, "")
            base = key if key.isidentifier() else step.base
            stored.append((self.names.get(step.base, base), step.src))
        elif globally:
            stored.append((step.dst, step.src))


_PUTTING = frozenset([ir.SetAttr, ir.StoreGlobal, ir.SetItem, ir.Copy])
_OPENS: dict[type, Callable[[_Walk, Any], bool]] = {
    ir.Attr: _Walk.named,
    ir.LoadGlobal: _Walk.named,
    ir.LoadImport: _Walk.imported,
    ir.LoadConst: _Walk.literal,
    ir.MakeFunction: _Walk.defined,
    ir.MakeClass: _Walk.defined,
    ir.Copy: _Walk.same,
    ir.Await: _Walk.same,
    ir.Iterate: _Walk.same,
    ir.Item: _Walk.item,
    ir.Build: _Walk.built,
    ir.Call: _Walk.made,
}


def own_name(qualified: str) -> str:
    """The name by which others call a procedure, or get at it: its own, for a special method that of its class."""
    outer, _, last = qualified.rpartition(".")
    last = last.partition("#")[0]
    return own_name(outer) if outer and last.startswith("__") and last.endswith("__") else last


def _words(annotation: str) -> list[str]:
    return "".join(c if c.isalnum() or c == "_" else " " for c in annotation).split()
