"""The questions that the interpretation of one procedure puts to the rest of the program, with their answers.

Beside the procedure's own graph nothing else decides what is found in it. So what was found still holds, whatever has
changed in the program, if the graph is the same and the same questions are answered as before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeVar

from leaklint import ir
from leaklint.catalog import Acquired, Catalog
from leaklint.ownership.summary import Summary
from leaklint.ownership.words import Words
from leaklint.resolve.refs import Class, External, Function, Ref
from leaklint.resolve.resolver import Resolver

V = TypeVar("V")


class Knowledge(Protocol):
    """What is known of the program around a procedure."""

    catalog: Catalog
    words: Words
    resolver: Resolver

    def declared(self, callee: Function | Class) -> Acquired | None: ...

    def summary(self, function: Function, *, given: bool = False) -> Summary | None: ...
    def is_guessed(self, function: Function) -> bool: ...
    def field_releases(self, cls: Class, field: str) -> frozenset[str]: ...
    def finalizes(self, cls: Class) -> bool: ...
    def touches(self, function: Function) -> bool: ...
    def mentions_release(self, function: Function) -> bool: ...
    def returns_own_field(self, function: Function) -> bool: ...
    def enters_quietly(self, function: Function) -> bool: ...
    def is_short_lived(self, ref: Ref) -> bool: ...
    def recurs(self, module: ir.ModuleIR, procedure: ir.Procedure) -> bool: ...


class Reading(Protocol):
    """How answers of before read now."""

    def answer(self, answer: Any) -> Any: ...


class Family(NamedTuple):
    """What the interpreter needs of a project class; see `ClassInfo`."""

    bases: tuple[Class | External, ...]
    methods: Mapping[str, Function]
    properties: Mapping[str, Function]


class Answered(NamedTuple):
    """A question, a function of the Asking and of what it is about, and its answer."""

    question: Callable[..., Any]
    about: tuple[Any, ...]
    answer: Any


class Asking:
    """Puts the questions of one procedure. answers: to all that were asked so far, in order."""

    def __init__(self, knowledge: Knowledge, module: ir.ModuleIR, procedure: ir.Procedure) -> None:
        self.knowledge = knowledge
        self.resolver = knowledge.resolver
        self.catalog = knowledge.catalog
        self.module = module
        self.procedure = procedure
        self.answers: list[Answered] = []
        self._known: dict[Any, Any] = {}

    def ask(self, question: Callable[..., V], *about: Any) -> V:
        """What `question(self, *about)` gives; it is put once."""
        key = (question, *about)
        try:
            return self._known[key]  # type: ignore[no-any-return]
        except KeyError:
            answer = self._known[key] = question(self, *about)
            self.answers.append(Answered(question, about, answer))
            return answer

    def summary(self, function: Function, given: bool) -> Summary | None:
        """What a call of a function does. Asked each time: the answer grows while a component is iterated."""
        answer = self.knowledge.summary(function, given=given)
        question = _guess if self.knowledge.is_guessed(function) else _summary
        key = (question, function, given)
        if self._known.get(key, self) is not answer:
            self._known[key] = answer
            self.answers.append(Answered(question, (function, given), answer))
        return answer

    def still(self, answers: Iterable[Answered], moves: Sequence[Reading]) -> bool:
        """Whether these questions are answered as before."""
        for question, about, answer in answers:
            for move in moves:
                answer = move.answer(answer)
            if question is _summary or question is _guess:
                if _summary(self, *about) != answer or self.knowledge.is_guessed(about[0]) != (question is _guess):
                    return False
            elif self.ask(question, *about) != answer:
                return False
        return True


def _summary(asking: Asking, function: Function, given: bool) -> Summary | None:
    return asking.summary(function, given)


def _guess(asking: Asking, function: Function, given: bool) -> Summary | None:
    """The last approximation of a summary: the answer is another one later."""
    return asking.summary(function, given)


def refs(asking: Asking, operand: str) -> tuple[Ref, ...]:
    """What an operand of the procedure may stand for."""
    return asking.resolver.refs(asking.module, asking.procedure, operand)


def elements(asking: Asking, operand: str) -> tuple[Ref, ...]:
    """What the members of a container of the procedure may be."""
    return asking.resolver.elements(asking.module, asking.procedure, operand)


def family(asking: Asking, cls: Class) -> Family | None:
    """A class of the project; None if it has no such class."""
    info = asking.resolver.class_info(cls)
    return Family(info.bases, info.methods, info.properties) if info is not None else None


def is_overridden(asking: Asking, method: Function) -> bool:
    """Whether some subclass has a method of its own in the place of this one."""
    owner, _, name = method.name.rpartition(".")
    below = asking.resolver.subclasses(Class(method.module, owner)) if owner else ()
    infos = (asking.resolver.class_info(cls) for cls in below)
    return any(info is not None and info.methods.get(name) not in (None, method) for info in infos)


def field_order(asking: Asking, cls: Class) -> tuple[str, ...]:
    """The constructor's parameters of a class that writes none itself."""
    return asking.resolver.field_order(cls)


def parameters(asking: Asking, function: Function) -> tuple[ir.Parameter, ...] | None:
    """The parameters of a function of the project; None if it has no such function."""
    found = asking.resolver.signature(function)
    return found.parameters if found is not None else None


def captured(asking: Asking, procedure: str) -> tuple[str, ...]:
    """The names that a procedure of the same module takes from those around it."""
    found = asking.module.procedures.get(procedure)
    return found.free if found is not None else ()


def imported(asking: Asking) -> frozenset[str]:
    """The top-level packages that the module imports, and its own."""
    names = {entry.module.partition(".")[0] for entry in asking.module.imports if entry.module[:1] != "."}
    return frozenset(names | {asking.module.module.partition(".")[0]})


def declared(asking: Asking, callee: Function | Class) -> Acquired | None:
    """What the project declares that a call of its own function or class takes."""
    return asking.knowledge.declared(callee)


def released(asking: Asking, cls: Class, *entries: str) -> frozenset[str]:
    """Which of these, about fields, methods of the class or of its relatives do; see `field_releases`."""
    fields = dict.fromkeys(entry.rpartition(" ")[2] for entry in entries)
    known = (asking.knowledge.field_releases(cls, field) for field in fields)
    return frozenset().union(*known).intersection(entries)


def releasing(asking: Asking, cls: Class, name: str) -> frozenset[str]:
    """Which methods of the class, or of its relatives, give a field back: `name in method` for each."""
    return frozenset(one for one in asking.knowledge.field_releases(cls, name) if one.startswith(f"{name} in "))


def finalizes(asking: Asking, cls: Class) -> bool:
    """Whether the class has a `__del__` that releases."""
    return asking.knowledge.finalizes(cls)


def touches(asking: Asking, function: Function) -> bool:
    """Whether the function may release, enter or keep what its caller gives it."""
    return asking.knowledge.touches(function)


def mentions_release(asking: Asking, function: Function) -> bool:
    """Whether the function's body names a release."""
    return asking.knowledge.mentions_release(function)


def returns_own_field(asking: Asking, function: Function) -> bool:
    """Whether a call of the function, a method, gives a field of its object."""
    return asking.knowledge.returns_own_field(function)


def enters_quietly(asking: Asking, function: Function) -> bool:
    """Whether nothing that a generator of the project does before its first `yield` can fail in practice."""
    return asking.knowledge.enters_quietly(function)


def is_short_lived(asking: Asking, ref: Ref) -> bool:
    """Whether what is kept on this object ends with a request or task."""
    return asking.knowledge.is_short_lived(ref)


def recurs(asking: Asking) -> bool:
    """Whether a framework calls the procedure again and again."""
    return asking.knowledge.recurs(asking.module, asking.procedure)


def decorators(asking: Asking) -> tuple[str, ...]:
    """The names of the decorators of the procedure that are not the project's own."""
    resolver, module, procedure = asking.resolver, asking.module, asking.procedure
    found = (ref for one in procedure.decorators for ref in resolver.annotation_refs(module, procedure, one.name))
    return tuple(ref.name for ref in found if isinstance(ref, External))
