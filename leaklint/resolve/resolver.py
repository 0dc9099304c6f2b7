"""What an operand may stand for: the questions that later stages ask."""

from __future__ import annotations

from collections.abc import Iterable

from leaklint.garbage import dissolve
from leaklint.ir import Attr, Call, ModuleIR, Procedure
from leaklint.model import Confidence
from leaklint.resolve.classes import Classes, ClassInfo
from leaklint.resolve.definitions import enclosing
from leaklint.resolve.flow import Flow
from leaklint.resolve.names import Names
from leaklint.resolve.program import Program
from leaklint.resolve.refs import Class, External, Function, Instance, Method, Ref
from leaklint.resolve.shapes import REFS, Value
from leaklint.resolve.trace import Rests, lasting

__all__ = ["ClassInfo", "Resolver"]

_ORDER: dict[object, int] = {kind: rank for rank, kind in enumerate(REFS)}


class Resolver:
    """Answers about a program, cached. They do not depend on what was asked before."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._start()

    def _start(self) -> None:
        self._generation = self.program.generation
        self.names = Names(self.program)
        self.classes = Classes(self.names)
        self.flow = Flow(self.program, self.names, self.classes)
        self._refs: dict[tuple[str, str, str], tuple[Ref, ...]] = {}
        self._rests: Rests = {}

    def _check(self) -> None:
        if self._generation != self.program.generation:
            self._start()

    @property
    def answers(self) -> int:
        """How many answers are remembered, about."""
        return len(self._refs) + self.names.answers + self.flow.solver.answers

    def forget(self) -> None:
        """Let go what is remembered. It is found again when somebody asks."""
        self._dissolve()
        self._start()

    def end(self) -> None:
        """Nobody asks any more: let all go."""
        self._dissolve()
        dissolve(self)

    def _dissolve(self) -> None:
        self.names.end()
        self.flow.end()
        dissolve(self.classes)

    def take_over(self, before: Resolver, gone: int, changed: str) -> None:
        """Take the answers about a program in which the module `changed` had another text that rest on none of the
        facts in `gone`."""
        self.names.take_over(before.names, gone, changed)
        self.flow.take_over(before.flow, gone)
        self.classes.take_over(before.classes, gone)
        self._rests = lasting(before._rests, gone)
        self._refs = {key: before._refs[key] for key in self._rests if key in before._refs}

    # -- operands -----------------------------------------------------------------------------------------------

    def refs(self, module: ModuleIR, procedure: Procedure, operand: str) -> tuple[Ref, ...]:
        """What an operand of a procedure may stand for, sorted; () where nothing is known."""
        self._check()
        key = (module.module, procedure.name, operand)
        known = self._refs.get(key)
        if known is not None:
            self.program.trace.used(self._rests, key)
            return known
        values = self.program.trace.answer(self._rests, key, lambda: self._values(*key))
        known = self._refs[key] = _presented(values)
        return known

    def _values(self, module: str, procedure: str, operand: str) -> set[Value]:
        """The values of an operand. An attribute is looked up on what is known best of its base: where it is known
        to be a Postgres store, what the annotation of its base class says is left aside."""
        body = self.names.definitions(module, procedure)
        step = body.single(operand) if body is not None and operand[:1] == "%" else None
        if isinstance(step, Attr):
            values = self.flow.solver.value(("operand", module, procedure, step.base))
            kept = self._surest(values)
            if len(kept) < len(values):
                return {found for base in kept for found in self.flow.solver.value(("attribute", base, step.name))}
        return self._surest(self.flow.solver.value(("operand", module, procedure, operand)))

    def _surest(self, values: set[Value]) -> set[Value]:
        """Leave out what an annotation says where a constructor call says the same or more."""
        sure = [v for v in values if isinstance(v, (Instance, Method)) and v.sure is Confidence.HIGH]
        if not sure:
            return values
        kept: set[Value] = set()
        for value in values:
            if isinstance(value, (Instance, Method)) and value.sure is not Confidence.HIGH:
                if any(self._says_more(other, value) for other in sure):
                    continue
            kept.add(value)
        return kept

    def _says_more(self, value: Value, other: Value) -> bool:
        if isinstance(value, Method) and isinstance(other, Method):
            return value.name == other.name
        if not isinstance(value, Instance) or not isinstance(other, Instance):
            return False
        if value.of == other.of:
            return True
        if isinstance(value.of, Class):
            info = self.classes.info(value.of)
            return info is not None and other.of in info.bases
        return isinstance(other.of, External) and other.of.name in self.program.catalog.bases(value.of.name)

    def callees(self, module: ModuleIR, procedure: Procedure, call: Call) -> tuple[Ref, ...]:
        """What a call may call."""
        return self.refs(module, procedure, call.func)

    def elements(self, module: ModuleIR, procedure: Procedure, operand: str) -> tuple[Ref, ...]:
        """What the members of a container may be: `operand[...]` for an unknown index."""
        self._check()
        solver = self.flow.solver
        values = solver.value(("operand", module.module, procedure.name, operand))
        return _presented({inner for value in values for inner in solver.value(("element", value, None))})

    def parameter_values(self, module: ModuleIR, procedure: Procedure, name: str) -> tuple[Ref, ...]:
        """What the calls in the same module pass for a parameter."""
        self._check()
        return _presented(self.flow.solver.value(("given", module.module, procedure.name, name)))

    def returns(self, function: Function) -> tuple[Ref, ...]:
        """What calling a function of the project gives (awaited, if it is a coroutine); () for a generator."""
        self._check()
        return _presented(self._surest(self.flow.solver.value(("returns", Function(function.module, function.name)))))

    def yields(self, function: Function) -> tuple[Ref, ...]:
        """What a generator or @contextmanager function yields."""
        self._check()
        return _presented(self._surest(self.flow.solver.value(("yields", Function(function.module, function.name)))))

    # -- names --------------------------------------------------------------------------------------------------

    def annotation_refs(self, module: ModuleIR, procedure: Procedure | None, text: str) -> tuple[Ref, ...]:
        """The classes that an annotation names, or what a dotted name (a decorator's) is. procedure: where it is
        written; None: at the module's top."""
        self._check()
        scope = procedure.name if procedure is not None else "<module>"
        found = self.names.types(module.module, scope, text)
        if text.replace(".", "").replace("_", "").isalnum():
            found = found | self.names.dotted(module, scope, text)
        return _presented(found)

    def written(self, module: ModuleIR, procedure: Procedure, text: str) -> tuple[Ref, ...]:
        """What a dotted name written around a procedure is: its decorator `app.get`."""
        self._check()
        key = ("text", module.module, enclosing(procedure.name), text)
        return _presented(self._surest(self.flow.solver.value(key)))

    def function(self, function: Function) -> tuple[ModuleIR, Procedure] | None:
        """The module and graph of a function, or None if the project has no such function."""
        module = self.program.module(function.module)
        procedure = module.procedures.get(function.name) if module is not None else None
        return (module, procedure) if module is not None and procedure is not None else None

    def signature(self, function: Function) -> Procedure | None:
        """The same without the graph: nobody learns what stands in its body."""
        module = self.program.module(function.module)
        return module.signatures.get(function.name) if module is not None else None

    # -- classes ------------------------------------------------------------------------------------------------

    def class_info(self, cls: Class) -> ClassInfo | None:
        """Bases, methods, properties and fields of a project class."""
        self._check()
        return self.classes.info(cls)

    def field_order(self, cls: Class) -> tuple[str, ...]:
        """The constructor's parameters of a class that writes none itself (dataclass, NamedTuple, model)."""
        info = self.class_info(cls)
        return info.field_order if info is not None else ()

    def relatives(self, cls: Class) -> tuple[Class, ...]:
        """The project classes it inherits from and those that inherit from it."""
        info = self.class_info(cls)
        above = info.lineage[1:] if info is not None else ()
        return tuple(dict.fromkeys((*above, *self.classes.subclasses(cls))))

    def subclasses(self, cls: Class) -> tuple[Class, ...]:
        """Project classes that inherit from it, sorted."""
        self._check()
        return self.classes.subclasses(cls)

    def returns_self(self, function: Function) -> bool:
        """Whether a method may return the object it is called on."""
        self._check()
        return self.flow.returns_self(function)


def _presented(values: Iterable[Value]) -> tuple[Ref, ...]:
    found = [value for value in values if isinstance(value, REFS)]
    return tuple(sorted(found, key=lambda ref: (_ORDER[type(ref)], repr(ref))))
