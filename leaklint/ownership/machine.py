"""The context that all of the interpreter's parts share while one procedure is analysed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from leaklint import ir
from leaklint.catalog.schema import Resource as Row
from leaklint.model import Confidence, Span
from leaklint.ownership import asking as questions
from leaklint.ownership.asking import Asking, Family
from leaklint.ownership.events import Leak, Site, Step
from leaklint.ownership.faults import builtin_subclass
from leaklint.ownership.ledger import Ledger
from leaklint.ownership.liveness import Relevance, reads
from leaklint.ownership.summary import Summary
from leaklint.ownership.surroundings import in_tests, is_fixture, runs_once
from leaklint.ownership.traits import ADDING
from leaklint.ownership.values import UNKNOWN, Fault, Heap, Task, Value
from leaklint.ownership.values import Ref as Place
from leaklint.ownership.world import World
from leaklint.resolve.refs import Class, External, Function, Instance, Ref

V = TypeVar("V")

BLOCK_BITS = 24
"""An instruction's number is its block's, shifted by so many bits, plus its position in the block."""
MOST_TEXT = 1_000
"""Characters of a dotted name before all but its last part is left out: each call of a long chain has one of its own,
which holds those before it."""


class Machine:
    """One procedure's analysis: its static facts, its ledger, and the way out for exceptions."""

    def __init__(self, asking: Asking, facts: Relevance) -> None:
        self.asking = asking
        self.words = asking.knowledge.words
        self.catalog = asking.catalog
        self.module = asking.module
        self.procedure = procedure = asking.procedure
        self.facts = facts
        self.ledger = Ledger(asking.module.path)
        self.definitions: dict[str, ir.AnyInstruction] = {}
        self.binds: dict[str, str] = {}
        self._numbers: dict[int, ir.AnyInstruction] = {}
        self.parameters = frozenset(p.name for p in procedure.parameters)
        self.self_name = self._receiver_name()
        self.constructing = False
        self.answers = False
        self.class_finalizes = False
        self.recurring = False
        self.cancelled = False
        self.on_holders: dict[int, tuple[str, ...]] = {}
        self.evicts = ""
        self.yield_mode = ""
        self.yielded: set[int] = set()
        self.returned: set[int] = set()
        self.yields: set[Span] = set()
        self.lent: set[int] = set()
        self.shared: set[int] = set()
        self.registries: dict[int, str] = {}
        self.settled: set[int] = set()
        self.watched: set[str] = set()
        self.forgotten: set[str] = set()
        self.contexts: frozenset[str] = frozenset()
        self.kept: dict[int, set[str]] = {}
        self.abandoned: dict[int, tuple[str, Leak]] = {}
        self.unbound: list[tuple[str, tuple[Span, ...], tuple[Step, ...]]] = []
        self.tasks: dict[int, tuple[Summary, str, Span]] = {}
        self.uses: set[str] = set()
        self.passing: set[str] = set()
        self.pending: dict[int, tuple[Any, Any]] = {}
        self.captures: dict[str, tuple[str, ...]] = {}
        self.called: set[str] = set()
        self.attributes: set[tuple[str, str]] = set()
        self._uses: dict[str, list[object]] = {}
        self._texts: dict[str, str] = {}
        self.at = 0
        self.imported = self.ask(questions.imported)
        self.test_code = in_tests(self.module.path)
        self.test_fixture = self.test_code and is_fixture(procedure)
        self.ends_at_exit = self.ask(runs_once)
        self._index()

    raised: Callable[[World, Fault, Span], None]
    """Send a copy of the world, with the fault, to the current block's handler."""
    invoke: Callable[[World, Any, Value], list[tuple[World, Value]]]
    wait: Callable[[World, Task, Span], list[tuple[World, Value]]]
    """Await a task: the worlds that go on, with its result."""
    entering: Callable[..., list[tuple[World, Value, Value]]]
    leaving: Callable[..., list[tuple[World, bool]]]

    def let_go(self) -> None:
        """Nothing is interpreted any more. What holds nothing in a circle goes with its last user."""
        for name in ("raised", "invoke", "wait", "entering", "leaving"):
            self.__dict__.pop(name, None)

    def _index(self) -> None:
        for number, block in enumerate(self.procedure.blocks):
            for position, step in enumerate(block.instructions):
                dst = getattr(step, "dst", "")
                if dst and dst[0] == "%":
                    self.definitions[dst] = step
                if type(step) is ir.Copy and step.src[0] == "%" and step.dst[0] != "%":
                    self.binds.setdefault(step.src, step.dst)
                elif type(step) is ir.StoreGlobal:
                    self.binds.setdefault(step.src, step.name)
                elif type(step) is ir.SetAttr:
                    self.binds.setdefault(step.src, f"{self.text(step.base)}.{step.name}")
                elif type(step) is ir.Call:
                    self.called.add(step.func)
                elif type(step) is ir.MakeFunction:
                    self.captures[step.procedure] = self.captured(step.procedure)
                elif type(step) is ir.Exit:
                    self.contexts |= {step.ctx}
                elif type(step) is ir.Yield or type(step) is ir.YieldFrom:
                    self.yields.add(step.span)
                for operand in reads(step):
                    self._uses.setdefault(operand, []).append(step)
                self._numbers[(number << BLOCK_BITS) + position] = step
            for operand in reads(block.terminator):
                self._uses.setdefault(operand, []).append(block.terminator)
        for step in self.definitions.values():
            if isinstance(step, ir.Attr):
                self.attributes.add((self.text(step.base), step.name))

    def _receiver_name(self) -> str:
        first = self.procedure.parameters[0].name if self.procedure.parameters else ""
        return first if self.procedure.kind == "method" else ""

    # -- names --------------------------------------------------------------------------------------------------

    def text(self, operand: str) -> str:
        """The source form of an operand as far as it is a dotted name (`self.pool.getconn`), else a short stand-in."""
        known = self._texts.get(operand)
        if known is not None:
            return known
        result, chain = operand, []
        current = operand
        while True:
            step = self.definitions.get(current)
            if isinstance(step, ir.Attr):
                chain.append(step.name)
                current = step.base
            elif isinstance(step, ir.Await):
                current = step.src
            elif isinstance(step, ir.LoadGlobal):
                current = step.name
                break
            elif isinstance(step, ir.LoadImport):
                current = step.name or step.module
                break
            elif isinstance(step, ir.Call):
                current = self.text(step.func) + "()"
                break
            else:
                break
        result = ".".join([current if current[0] != "%" else "...", *reversed(chain)])
        if len(result) > MOST_TEXT:
            result = ".".join(["...", *chain[:1]])
        self._texts[operand] = result
        return result

    def bound_name(self, operand: str) -> str:
        """The variable that a call's result is first bound to, through an await; "" if none."""
        name = self.binds.get(operand, "")
        if name:
            return name
        for use in self._uses.get(operand, ()):
            if isinstance(use, ir.Await):
                return self.binds.get(use.dst, "")
        return ""

    def member_name(self, operand: str, position: int) -> str:
        """The variable that one member of a call's result is unpacked to, through an await; "" if none."""
        for use in self._uses.get(operand, ()):
            if isinstance(use, ir.Await):
                return self.member_name(use.dst, position)
            if isinstance(use, ir.Unpack) and use.star < 0 and position < len(use.dsts):
                return self.binds.get(use.dsts[position], "")
        return ""

    def ask(self, question: Callable[..., V], *about: Any) -> V:
        """The answer to a question about the rest of the program."""
        return self.asking.ask(question, *about)

    def refs(self, operand: str) -> tuple[Ref, ...]:
        """What the operand may stand for."""
        return self.asking.ask(questions.refs, operand)

    def class_info(self, cls: str) -> tuple[Class, Family] | None:
        """The project class named "module:Class"."""
        module, colon, name = cls.partition(":")
        if not colon:
            return None
        ref = Class(module, name)
        info = self.ask(questions.family, ref)
        return (ref, info) if info is not None else None

    def enclosing_class(self) -> tuple[Class, Family] | None:
        """The class whose method this procedure is."""
        if not self.procedure.class_name:
            return None
        return self.class_info(f"{self.module.module}:{self.procedure.class_name}")

    # -- values -------------------------------------------------------------------------------------------------

    def value(self, w: World, operand: str) -> Value:
        """What an operand holds in a world."""
        known = w.env.get(operand)
        if known is not None:
            return known
        if operand in self.parameters or operand in self.procedure.free:
            return Place(operand)
        return UNKNOWN

    def captured(self, procedure: str) -> tuple[str, ...]:
        """The names that a nested procedure takes from this one."""
        return self.ask(questions.captured, procedure)

    def closure_releases(self, procedure: str) -> bool:
        """Whether a nested procedure calls something that looks like a release."""
        return self.ask(questions.mentions_release, Function(self.module.module, procedure))

    def keyword_text(self, at: int, name: str) -> str | None:
        """The source form of the keyword argument `name` of the call at `at`, which may stand in a `**mapping`."""
        step = self._numbers.get(at)
        if isinstance(step, ir.Call):
            for key, operand in step.keywords:
                if key == name:
                    return self.written(operand)
            for key, operand in step.keywords:
                if not key and (spread := self._entry(operand, repr(name))):
                    return self.written(spread)
        return None

    def written(self, operand: str) -> str:
        """The source form of an operand as `text` gives it; a constant's value, of a string what stands in it."""
        step = self.definitions.get(operand)
        return str(step.value) if isinstance(step, ir.LoadConst) else self.text(operand)

    def _entry(self, mapping: str, key: str, depth: int = 3) -> str:
        """The operand that may stand under `key` (a repr) in a dict that this procedure fills: "" for none."""
        for step in self._numbers.values():
            if isinstance(step, ir.SetItem) and step.base == mapping and self._is_literal(step.index, key):
                return step.src
            if isinstance(step, ir.Build) and step.dst == mapping and step.kind == "dict":
                for name, item in zip(step.keys, step.items):
                    if self._is_literal(name, key):
                        return item
            if isinstance(step, ir.Copy) and step.dst == mapping and depth:
                found = self._entry(step.src, key, depth - 1)
                if found:
                    return found
        return ""

    def _is_literal(self, operand: str, text: str) -> bool:
        step = self.definitions.get(operand)
        return isinstance(step, ir.LoadConst) and repr(step.value) == text

    def argument_operand(self, at: int, keyword: str, position: int) -> str | None:
        """The operand given by name or position to the call at `at`."""
        step = self._numbers.get(at)
        if not isinstance(step, ir.Call):
            return None
        for key, operand in step.keywords:
            if key == keyword:
                return operand
        return step.args[position] if position < len(step.args) else None

    def type_names(self, at: int) -> list[str]:
        """The classes given as arguments to the call at `at`."""
        step = self._numbers.get(at)
        operands = step.args if isinstance(step, ir.Call) else ()
        return [name for operand in operands for name in self.class_names(operand)]

    def class_names(self, operand: str) -> list[str]:
        """The classes an operand (a class, or a tuple of them) stands for; "" for one nobody knows."""
        step = self.definitions.get(operand)
        if isinstance(step, ir.Build):
            return [name for item in step.items for name in self.class_names(item)]
        refs = self.refs(operand) or self.ask(questions.elements, operand)
        return [self.label(ref) for ref in refs] or [""]

    def raised_type(self, operand: str) -> Fault:
        """What `raise operand` raises."""
        names = [name for name in (self.label(ref) for ref in self.refs(operand)) if name]
        return Fault(names[0], exact=True) if len(names) == 1 else Fault()

    def cannot_raise(self, func: str, method: str) -> bool:
        """Whether a method of this name does not fail in practice, whatever its receiver is."""
        receiver = self.text(func).rpartition(".")[0].rpartition(".")[2]
        return self.catalog.method_cannot_raise(method, receiver)

    def argument_operands(self, at: int) -> tuple[str, ...]:
        """The operands of all arguments of the call at `at`, keywords after positions."""
        step = self._numbers.get(at)
        return (*step.args, *(value for _, value in step.keywords)) if isinstance(step, ir.Call) else ()

    def argument_text(self, at: int, position: int) -> str:
        """The source form of an argument of the call at `at`."""
        step = self._numbers.get(at)
        return self.text(step.args[position]) if isinstance(step, ir.Call) and position < len(step.args) else ""

    def is_foreign(self, operand: str) -> bool:
        """Whether an operand is known to be an object that is no resource: a lock, a file, a response."""
        refs = self.refs(operand)
        return bool(refs) and all(
            isinstance(ref, Instance)
            and isinstance(ref.of, External)
            and self.catalog.resource_of_type(ref.of.name) is None
            for ref in refs
        )

    def calm(self, operand: str) -> bool:
        """Whether the operand is a call that does not fail in practice (so that awaiting it does not either)."""
        step = self.definitions.get(operand)
        if not isinstance(step, ir.Call) or self.words.strict:
            return False
        return any(self.catalog.cannot_raise(self.label(ref)) for ref in self.refs(step.func))

    def getter(self, w: World, operand: str, base: Value, name: str) -> Function | None:
        """The property getter behind base.name, when base is an object of a project class."""
        found: tuple[Class, Family] | None = None
        if isinstance(base, Heap) and base.oid in w.heap:
            found = self.class_info(w.heap[base.oid].cls)
        elif isinstance(base, Place) and f"{base.path}.{name}" not in w.env:
            if base.path == self.self_name:
                found = self.enclosing_class()
        return found[1].properties.get(name) if found is not None else None

    def never_bound(self, span: Span) -> bool:
        """Whether the call at `span` is used inside its own expression only (`connect().cursor()`)."""
        for dst, step in self.definitions.items():
            if isinstance(step, ir.Call) and step.span == span:
                return self._only_passed(dst)
        return False

    def _only_passed(self, operand: str) -> bool:
        uses = self._uses.get(operand, [])
        if any(isinstance(use, ir.Await) for use in uses):
            return all(self._only_passed(use.dst) for use in uses if isinstance(use, ir.Await))
        return all(isinstance(use, (ir.Attr, ir.Call, ir.Item, ir.Unused)) and not self._puts(use) for use in uses)

    def kept_to_itself(self, operand: str) -> bool:
        """Whether the procedure makes by a call what the operand stands for, and does nothing with it but call it, or
        a method of it: nobody else ever has it."""
        if operand[:1] != "%":
            if any(operand in names for names in self.captures.values()) or operand not in self.procedure.locals:
                return False
            bound = [dst for dst, name in self.binds.items() if name == operand]
            written = [step for block in self.procedure.blocks for step in block.instructions if _binds(step, operand)]
            return len(written) == len(bound) == 1 and self.kept_to_itself(bound[0]) and self._only_called(operand)
        made = self.definitions.get(operand)
        return isinstance(made, ir.Call) and (operand in self.binds or self._only_called(operand))

    def _only_called(self, operand: str) -> bool:
        uses = self._uses.get(operand, [])
        return all(isinstance(use, ir.Attr) or (isinstance(use, ir.Call) and use.func == operand) for use in uses)

    def _puts(self, use: object) -> bool:
        """Whether an instruction puts something into a container, which then is its name."""
        return isinstance(use, ir.Call) and self.text(use.func).rpartition(".")[2] in ADDING

    # -- exceptions ---------------------------------------------------------------------------------------------

    def is_subclass(self, name: str, base: str) -> bool | None:
        """Whether one exception class derives from another, by the builtins, the catalog and the project."""
        known = builtin_subclass(name, base)
        if known is None:
            known = self.catalog.is_subclass(name, base)
        if known is not None:
            return known
        return self._project_subclass(name, base)

    def _project_subclass(self, name: str, base: str) -> bool | None:
        found = self.class_info(name)
        if found is None:
            return False if name.startswith("builtins.") and ":" in base else None
        unknown = False
        for ancestor in found[1].bases:
            label = self.label(ancestor)
            if label == base:
                return True
            further = self.is_subclass(label, base) if label != name and ":" not in label else None
            if further:
                return True
            unknown = unknown or (further is None and ":" not in label and not label.startswith("builtins."))
        return None if unknown else False

    @staticmethod
    def label(ref: Ref) -> str:
        """A class's name as the interpreter writes it: dotted for external ones, "module:Class" for the project's."""
        if isinstance(ref, Instance):
            ref = ref.of
        if isinstance(ref, Class):
            return f"{ref.module}:{ref.name}"
        return ref.name if isinstance(ref, External) else ""

    # -- findings -----------------------------------------------------------------------------------------------

    def site(
        self,
        key: int,
        span: Span,
        row: Row,
        library: str,
        sure: Confidence,
        *,
        operand: str,
        expression: str,
        origin: tuple[Step, ...] = (),
        derived: bool = False,
        owner: bool = False,
        bound: str = "",
        is_async: bool = False,
        at_origin: bool = False,
    ) -> None:
        """Register an acquisition site once. bound: the name of the resource, if not that of the call's result."""
        known = self.ledger.sites.get(key)
        if known is not None and known.sure.rank >= sure.rank:
            return
        elsewhere = at_origin and bool(origin)
        self.ledger.sites[key] = Site(
            path=origin[0].path if elsewhere else self.module.path,
            span=origin[0].span if elsewhere else span,
            function="" if self.procedure.kind == "module" else self.procedure.name,
            module=self.module.module,
            resource=row,
            library=library,
            expression=expression,
            sure=sure,
            derived=derived,
            owner=owner,
            origin=origin,
            bound=bound or self.bound_name(operand),
            is_async=is_async,
            test_code=self.test_code,
            test_fixture=self.test_fixture,
            ends_at_exit=self.ends_at_exit,
        )


def _binds(step: object, name: str) -> bool:
    """Whether an instruction binds the name."""
    return name == getattr(step, "dst", "") or name in getattr(step, "dsts", ())
