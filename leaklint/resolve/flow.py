"""Which values flow where: the equations that the solver iterates, one kind of key each.

Flow-insensitive: a name stands for everything that is ever assigned to it. Every equation is a union, and none asks
whether another is empty, so that the answer does not depend on the order of the questions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from leaklint import ir
from leaklint.garbage import dissolve
from leaklint.ir import ModuleIR, Procedure
from leaklint.model import Confidence
from leaklint.resolve import calling, members, parameters, storage
from leaklint.resolve.classes import Classes
from leaklint.resolve.definitions import MODULE_BODY, Definer, Definitions, enclosing
from leaklint.resolve.names import BUILTINS, Names, receiver
from leaklint.resolve.program import Program
from leaklint.resolve.reading import Get, read_all
from leaklint.resolve.refs import Class, External, Function, Instance, Method
from leaklint.resolve.shapes import Display, Typed, Value
from leaklint.resolve.solver import Solver
from leaklint.resolve.trace import Rests, lasting

_BUILT = {"tuple", "list", "set", "dict", "generator"}


class Flow:
    """The program's values. Keys:

    ("operand", module, procedure, operand)    what an operand stands for
    ("global", module, name)                   what a module global holds, at any time
    ("attribute", value, name)                 value.name
    ("field", class, name)                     what objects of a class hold in a field
    ("returns" | "yields", function)           what a function gives
    ("entered", value)                         what `with value as x` binds
    ("element" | "key", value, index)          value[index] and what iterating it gives
    ("stored", place, rows)                    what is put into the container at a place (rows: not by a key)
    ("given", module, procedure, parameter)    what callers in the same module pass
    ("kept", value, module, name)              what the module puts on an object of others: `flask.g.db = ...`
    ("kept at", place, name)                   what is put on the object at a place: a thread-local in a global
    ("text", module, scope, dotted name)       what a name in a default value stands for
    """

    def __init__(self, program: Program, names: Names, classes: Classes) -> None:
        self.program = program
        self.catalog = program.catalog
        self.names = names
        self.classes = classes
        self.injectors = frozenset(
            name
            for framework in self.catalog.frameworks
            for name in (*framework.exceptions_reach_yield, *framework.exceptions_do_not_reach)
        )
        self._sites: dict[tuple[str, str], list[tuple[str, str, ir.Call]]] = {}
        self._rests: Rests = {}
        self.solver: Solver[Any, Value] = Solver(self._equation, program.trace)
        self._equations: dict[str, Callable[..., Iterable[Value]]] = {
            "operand": self._operand,
            "global": self._global,
            "attribute": lambda get, value, name: members.attribute(self, get, value, name),
            "field": lambda get, cls, name: members.field(self, get, cls, name),
            "returns": self._returns,
            "yields": self._yields,
            "entered": lambda get, value: members.entered(self, get, value),
            "element": lambda get, value, index: members.element(self, get, value, index),
            "key": lambda get, value: members.key(self, get, value),
            "stored": lambda get, place, rows: storage.stored(self, get, place, rows),
            "given": lambda get, module, procedure, name: parameters.given(self, get, module, procedure, name),
            "kept": lambda get, value, module, name: storage.kept(self, get, value, module, name),
            "kept at": lambda get, place, name: storage.kept_at(self, get, place, name),
            "text": lambda get, module, scope, text: parameters.text(self, get, module, scope, text),
        }

    def take_over(self, before: Flow, gone: int) -> None:
        """Take what was found for other texts, as far as it rests on none of the facts in `gone`."""
        self.solver.take_over(before.solver, gone)
        self._rests = lasting(before._rests, gone)
        self._sites = {key: before._sites[key] for key in self._rests if key in before._sites}

    def end(self) -> None:
        """Nobody asks any more: let all go."""
        dissolve(self.solver, self)

    def sites(self, module: ModuleIR, procedure: str) -> list[tuple[str, str, ir.Call]]:
        """Calls that may call a procedure, by name: module, procedure and call."""
        key = (module.module, procedure)
        known = self._sites.get(key)
        if known is not None:
            self.program.trace.used(self._rests, key)
            return known
        known = self._sites[key] = self.program.trace.answer(
            self._rests, key, lambda: list(parameters.sites(self, module, procedure))
        )
        return known

    def _equation(self, key: Any, get: Get) -> Iterable[Value]:
        return self._equations[key[0]](get, *key[1:])

    # -- operands -----------------------------------------------------------------------------------------------

    def _operand(self, get: Get, module_name: str, name: str, operand: str) -> set[Value]:
        module = self.program.module(module_name)
        procedure = module.procedures.get(name) if module is not None else None
        body = self.names.definitions(module_name, name)
        if module is None or procedure is None or body is None or not operand:
            return set()
        operand = body.decorated.get(operand, operand)
        if procedure.kind == "module" and operand[0] != "%":
            return set(get(("global", module_name, operand)))
        if operand in body.values or operand in procedure.locals or parameters.named(procedure, operand) is not None:
            return self._local(get, module, procedure, body, operand)
        owner = self.owner(module, name, operand)
        if owner == MODULE_BODY and operand[0] != "%":
            return set(get(("global", module_name, operand)))
        return set(get(("operand", module_name, owner, operand))) if owner else set()

    def owner(self, module: ModuleIR, procedure: str, operand: str) -> str:
        """The enclosing procedure that binds a captured name."""
        while procedure != MODULE_BODY:
            procedure = enclosing(procedure)
            found = module.signatures.get(procedure)
            if found is None or found.kind == "class":
                continue
            body = self.names.definitions(module.module, procedure)
            if parameters.named(found, operand) is not None or (body is not None and operand in body.values):
                return procedure
        return MODULE_BODY if operand[0] != "%" else ""

    def _local(self, get: Get, module: ModuleIR, procedure: Procedure, body: Definitions, operand: str) -> set[Value]:
        found: set[Value] = set()
        for step in body.values.get(operand, ()):
            found |= self.step(get, module, procedure, body, step, operand)
        if operand[0] == "%":
            return found
        parameter = parameters.named(procedure, operand)
        if parameter is not None:
            found |= parameters.received(self, get, module, procedure, parameter)
        for name, text in procedure.annotations:
            if name == operand:
                found |= self.instances(module.module, procedure.name, text)
        for writer in self._nonlocal_writers(module, procedure, operand):
            inner = self.names.definitions(module.module, writer.name)
            for step in inner.values.get(operand, ()) if inner is not None else ():
                found |= self.step(get, module, writer, inner, step, operand)  # type: ignore[arg-type]
        return found

    def _nonlocal_writers(self, module: ModuleIR, procedure: Procedure, name: str) -> Iterator[Procedure]:
        if not self.program.mentions(module, procedure.span, "nonlocal"):
            return
        prefix = procedure.name + "."
        for inner, signature in module.signatures.items():
            if inner.startswith(prefix) and self.program.mentions(module, signature.span, "nonlocal"):
                lowered = module.procedures.get(inner)
                if lowered is not None and name in lowered.nonlocals:
                    yield lowered

    # -- globals ------------------------------------------------------------------------------------------------

    def load_global(self, get: Get, module: ModuleIR, name: str) -> set[Value]:
        """A name that no function binds: a module global, else a builtin."""
        found = set(get(("global", module.module, name)))
        if name in BUILTINS and not self.names.binds(module, name):
            found.add(External(f"builtins.{name}"))
        return found

    def _global(self, get: Get, module_name: str, name: str) -> set[Value]:
        found = set(self.names.member(module_name, name))
        module = self.program.module(module_name)
        if module is None:
            return found
        imports = self.names.imports(module)
        for entry in (*imports.get(name, ()), *imports.get("*", ())):
            wanted = entry.attribute if entry.name != "*" else name
            found |= self._imported_value(get, module, entry.module, wanted, star=entry.name == "*")
        body = self.names.definitions(module_name, MODULE_BODY)
        procedure = module.procedures.get(MODULE_BODY)
        if body is not None and procedure is not None:
            for step in body.values.get(name, ()):
                found |= self.step(get, module, procedure, body, step, name)
            for target, text in procedure.annotations:
                if target == name:
                    found |= self.instances(module_name, MODULE_BODY, text)
        for writer in self.names.global_writers(module, name):
            inner = self.names.definitions(module_name, writer)
            for store in inner.globals if inner is not None else ():
                if store.name == name:
                    found |= get(("operand", module_name, writer, store.src))
        return found

    def _imported_value(self, get: Get, module: ModuleIR, source: str, name: str, *, star: bool = False) -> set[Value]:
        """What a global of another module of the project holds, where `from source import name` finds one."""
        origin = self.program.find(source, module) if name else ""
        other = self.program.module(origin) if origin else None
        if other is None:
            return set()
        if star and not (name in other.all_names if other.all_names else not name.startswith("_")):
            return set()
        return set(get(("global", origin, name)))

    # -- instructions -------------------------------------------------------------------------------------------

    def step(
        self, get: Get, module: ModuleIR, procedure: Procedure, body: Definitions, step: Definer, dst: str
    ) -> set[Value]:
        """What one instruction gives its `dst`."""
        m, p = module.module, procedure.name

        def read(operand: str) -> set[Value]:
            return get(("operand", m, p, operand))

        if isinstance(step, (ir.Copy, ir.Await, ir.Iterate)):
            return set(read(step.src))
        if isinstance(step, ir.Attr):
            found = read_all(get, "attribute", read(step.base), step.name)
            if step.name in self.program.attributes_set(module):
                found |= read_all(get, "kept", {v for v in read(step.base) if _is_foreign(v)}, m, step.name)
                for place in storage.places(self, get, module, procedure, body, step.base):
                    found |= get(("kept at", place, step.name))
            return found
        if isinstance(step, ir.Call):
            return calling.call(self, get, module, procedure, body, step)
        if isinstance(step, ir.LoadGlobal):
            return self.load_global(get, module, step.name)
        if isinstance(step, ir.Enter):
            return read_all(get, "entered", read(step.ctx))
        if isinstance(step, ir.Next):
            found = read_all(get, "key", read(step.iterator))
            start = body.single(step.iterator)
            if isinstance(start, ir.Iterate):
                found |= storage.contents(self, get, module, procedure, body, start.src, rows=True)
            return found
        if isinstance(step, ir.Item):
            index = body.constant(step.index)
            found = read_all(get, "element", read(step.base), index if isinstance(index, (int, str)) else None)
            return found | storage.contents(self, get, module, procedure, body, step.base)
        if isinstance(step, ir.Unpack):
            position = step.dsts.index(dst)
            known = position if step.star < 0 or position < step.star else None
            return read_all(get, "element", read(step.src), known)
        return self._leaf(get, module, procedure, step)

    def _leaf(self, get: Get, module: ModuleIR, procedure: Procedure, step: Definer) -> set[Value]:
        """Instructions that make something of their own."""
        if isinstance(step, ir.MakeFunction):
            return {Function(module.module, step.procedure)}
        if isinstance(step, ir.MakeClass):
            return {Class(module.module, step.name)}
        if isinstance(step, ir.LoadImport):
            imported = set(self.names.import_refs(module, step.module, step.name))
            return imported | self._imported_value(get, module, step.module, step.name)
        if isinstance(step, ir.Build):
            if step.kind in _BUILT:
                return {Display(module.module, procedure.name, step.dst)}
            return {Instance(External("builtins.str"))} if step.kind == "string" else set()
        if isinstance(step, ir.LoadConst) and step.value is not None and not step.opaque:
            return {Instance(External(f"builtins.{type(step.value).__name__}"))}
        return set()

    # -- functions ----------------------------------------------------------------------------------------------

    def _returns(self, get: Get, function: Function) -> set[Value]:
        """What a call gives, a returned `self` left out: the caller knows the receiver better."""
        procedure = self.program.procedure(function.module, function.name)
        body = self.names.definitions(function.module, function.name)
        found: set[Value] = set()
        if procedure is None or body is None or procedure.is_generator:
            return found
        own = receiver(procedure)
        for operand in body.returned:
            for source in self._sources(body, operand):
                if source != own or not own:
                    found |= get(("operand", function.module, function.name, source))
        if procedure.returns:
            found |= self.instances(function.module, function.name, procedure.returns)
        return found

    def returns_self(self, function: Function) -> bool:
        """Whether a method may return the object it is called on."""
        procedure = self.program.procedure(function.module, function.name)
        body = self.names.definitions(function.module, function.name)
        own = receiver(procedure) if procedure is not None else ""
        if not own or body is None:
            return False
        return any(own == source for operand in body.returned for source in self._sources(body, operand))

    @staticmethod
    def _sources(body: Definitions, operand: str) -> list[str]:
        """An operand, or what was copied into it: `%return` stands for the operands of several returns."""
        steps = body.values.get(operand, ())
        if operand[:1] == "%" and steps and all(isinstance(step, ir.Copy) for step in steps):
            return [step.src for step in steps if isinstance(step, ir.Copy)]
        return [operand]

    def _yields(self, get: Get, function: Function) -> set[Value]:
        procedure = self.program.procedure(function.module, function.name)
        body = self.names.definitions(function.module, function.name)
        found: set[Value] = set()
        if procedure is None or body is None:
            return found
        for operand in body.yielded:
            found |= get(("operand", function.module, function.name, operand)) if operand else set()
        for operand in body.delegated:
            found |= read_all(get, "key", get(("operand", function.module, function.name, operand)))
        if procedure.returns:
            for written in self.instances(function.module, function.name, procedure.returns):
                if isinstance(written, Typed) and written.args:
                    found |= self.instances(written.module, written.scope, written.args[0])
        return found

    # -- annotations --------------------------------------------------------------------------------------------

    def instances(self, module: str, scope: str, text: str) -> set[Value]:
        """What a variable may hold whose annotation is `text`."""
        found: set[Value] = set()
        for named in self.names.types(module, scope, text):
            if isinstance(named, Typed) and named.name in ("typing.Type", "builtins.type"):
                for argument in named.args:
                    found |= self.names.types(named.module, named.scope, argument)
            elif isinstance(named, (Class, External)):
                found.add(Instance(named, Confidence.MEDIUM))
            else:
                found.add(named)
        return found


def _is_foreign(value: Value) -> bool:
    """Whether a value is no part of the project: nothing says what its attributes are."""
    return isinstance(value, (External, Method)) or (isinstance(value, Instance) and isinstance(value.of, External))
