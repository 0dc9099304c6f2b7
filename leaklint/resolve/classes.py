"""Classes of the project: their bases in order, methods, properties, and where their fields are assigned."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterator, Mapping

from leaklint import ir
from leaklint.ir import ClassDef, ModuleIR
from leaklint.resolve.definitions import Definitions, enclosing
from leaklint.resolve.names import Names, variants
from leaklint.resolve.refs import Class, External, Function
from leaklint.resolve.roles import Role
from leaklint.resolve.shapes import Typed
from leaklint.resolve.trace import Rests, lasting

MOST_BASES = 200

_MARKERS = frozenset({"abc.ABC", "builtins.object"}) | frozenset(
    f"{module}.{name}" for module in ("typing", "typing_extensions") for name in ("Generic", "Protocol")
)

Assigned = tuple[str, str, str]
"""Module, procedure and operand of a value that is assigned."""


@dataclasses.dataclass(frozen=True)
class ClassInfo:
    """bases: all of them in the order in which attributes are looked up, the class itself left out; project classes
    and external names, markers such as ABC and Generic left out. methods: name -> function, inherited ones too;
    `bound` is false for a static method. class_methods: those of them that are given the class. properties: name ->
    getter, likewise. annotations: annotated names of the class bodies -> module, class and text.
    """

    cls: Class
    definition: ClassDef
    bases: tuple[Class | External, ...]
    methods: Mapping[str, Function]
    class_methods: frozenset[str]
    properties: Mapping[str, Function]
    annotations: Mapping[str, tuple[str, str, str]]
    names: Names
    _assigned: dict[str, tuple[Assigned, ...]] = dataclasses.field(default_factory=dict, repr=False, compare=False)
    _annotated: dict[str, tuple[Assigned, ...]] = dataclasses.field(default_factory=dict, repr=False, compare=False)
    _rests: Rests = dataclasses.field(default_factory=dict, repr=False, compare=False)

    def assignments(self, name: str) -> tuple[Assigned, ...]:
        """The values that a field is given. Of class bodies only the first in order counts; methods all do."""
        return self._remembered(self._assigned, name, _assignments)

    def field_annotations(self, name: str) -> tuple[Assigned, ...]:
        """Module, scope and text of the annotations of a field: in class bodies, and `self.pool: Pool = ...`."""
        return self._remembered(self._annotated, name, _field_annotations)

    def _remembered(
        self,
        table: dict[str, tuple[Assigned, ...]],
        name: str,
        find: Callable[[ClassInfo, str], Iterator[Assigned]],
    ) -> tuple[Assigned, ...]:
        trace, key = self.names.program.trace, (find, name)
        if name in table:
            trace.used(self._rests, key)
        elif trace.by_body:
            table[name] = trace.answer(self._rests, key, lambda: tuple(find(self, name)))
        else:
            # Whoever has this object rests on the texts of all these classes.
            table[name] = tuple(find(self, name))
        return table[name]

    def among(self, names: Names) -> ClassInfo:
        """The same class in a program with another text somewhere, where it is laid out the same."""
        return dataclasses.replace(self, names=names, _assigned={}, _annotated={}, _rests={})

    @property
    def lineage(self) -> tuple[Class, ...]:
        """The class and its bases, as far as they are the project's."""
        return (self.cls, *(base for base in self.bases if isinstance(base, Class)))

    @property
    def external_bases(self) -> tuple[External, ...]:
        """Bases outside the project."""
        return tuple(base for base in self.bases if isinstance(base, External))

    @property
    def field_order(self) -> tuple[str, ...]:
        """The parameters of a constructor made from annotations (dataclass, attrs, NamedTuple, models): () where the
        class writes its own."""
        return () if "__init__" in self.methods else tuple(self.annotations)

    @functools.cached_property
    def fields(self) -> Mapping[str, tuple[Assigned, ...]]:
        """Field -> every value assigned to it, in the class body or through self or cls in a method, also of bases."""
        names: dict[str, None] = {}
        for cls in self.lineage:
            for name in _assigned_names(self.names, cls):
                names[name] = None
        return {name: self.assignments(name) for name in names if name not in self.methods}


class Classes:
    """Lays out classes on demand."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.program = names.program
        self._infos: dict[Class, ClassInfo | None] = {}
        self._direct: dict[Class, tuple[Class | External, ...]] = {}
        self._visited: dict[Class | External, tuple[Class | External, ...]] = {}
        self._subclasses: dict[Class, tuple[Class, ...]] = {}
        self._rests: Rests = {}

    def take_over(self, before: Classes, gone: int) -> None:
        """Take what was found for other texts, as far as it rests on none of the facts in `gone`."""
        self._rests = lasting(before._rests, gone)
        for cls, bases in before._direct.items():
            if ("bases", cls) in self._rests:
                self._direct[cls] = bases
        for cls, below in before._subclasses.items():
            if ("below", cls) in self._rests:
                self._subclasses[cls] = below
        for cls, info in before._infos.items():
            if ("info", cls) in self._rests:
                self._infos[cls] = info.among(self.names) if info is not None else None

    def info(self, cls: Class) -> ClassInfo | None:
        """The layout of a class; None if the project has no such class."""
        if cls in self._infos:
            self.program.trace.used(self._rests, ("info", cls))
        else:
            self._infos[cls] = self.program.trace.answer(self._rests, ("info", cls), lambda: self._lay_out(cls))
        return self._infos[cls]

    def subclasses(self, cls: Class) -> tuple[Class, ...]:
        """Classes that inherit from `cls`, in its module and in those whose text names it or a subclass."""
        if cls in self._subclasses:
            self.program.trace.used(self._rests, ("below", cls))
        else:
            found = self.program.trace.answer(self._rests, ("below", cls), lambda: self._find_subclasses(cls))
            self._subclasses[cls] = tuple(sorted(found, key=lambda c: (c.module, c.name)))
        return self._subclasses[cls]

    def _find_subclasses(self, cls: Class) -> set[Class]:
        found: set[Class] = set()
        words = [cls.name.rpartition(".")[2]]
        asked: set[str] = set()
        modules, seen = {cls.module}, set[str]()
        while words:
            word = words.pop()
            if word in asked or len(asked) > MOST_BASES:
                continue
            asked.add(word)
            modules.update(self.program.holding(word))
            # A module's classes inherit from it or not, whatever the word.
            for name in sorted(modules - seen):
                seen.add(name)
                module = self.program.module(name)
                for inner in module.classes if module is not None else ():
                    candidate = Class(module.module, inner)  # type: ignore[union-attr]
                    if candidate != cls and candidate not in found and cls in self._visits(candidate):
                        found.add(candidate)
                        words.append(inner.rpartition(".")[2])
        return found

    def direct_bases(self, cls: Class) -> tuple[Class | External, ...]:
        """The bases as they are written."""
        if cls in self._direct:
            self.program.trace.used(self._rests, ("bases", cls))
        else:
            self._direct[cls] = self.program.trace.answer(self._rests, ("bases", cls), lambda: self._written(cls))
        return self._direct[cls]

    def _written(self, cls: Class) -> tuple[Class | External, ...]:
        module = self.program.module(cls.module)
        definition = module.classes.get(cls.name) if module is not None else None
        found: dict[Class | External, None] = {}
        for text in definition.bases if definition is not None else ():
            types = self.names.types(cls.module, enclosing(cls.name), text)
            for base in sorted(types, key=repr):
                if isinstance(base, Typed):
                    base = External(base.name)
                if isinstance(base, (Class, External)) and base != cls and getattr(base, "name", "") not in _MARKERS:
                    found[base] = None
        return tuple(found)

    def _order(self, cls: Class) -> tuple[Class | External, ...]:
        """Depth first, left to right, and of a base met twice the last: Python's order for all but odd diamonds."""
        order = list(dict.fromkeys(reversed(self._visits(cls))))
        return tuple(base for base in reversed(order) if base != cls)

    def _visits(self, cls: Class | External) -> tuple[Class | External, ...]:
        """A class and its bases depth first, left to right."""
        if cls in self._visited:
            self.program.trace.used(self._rests, ("visits", cls))
        else:
            self._visited[cls] = self.program.trace.answer(self._rests, ("visits", cls), lambda: self._visit(cls))
        return self._visited[cls]

    def _visit(self, cls: Class | External) -> tuple[Class | External, ...]:
        visited: list[Class | External] = []
        stack: list[tuple[Class | External, frozenset[Class]]] = [(cls, frozenset())]
        while stack and len(visited) < MOST_BASES:
            current, above = stack.pop()
            if current in self._visited and above.isdisjoint(self._visits(current)):
                visited += self._visits(current)
                continue
            visited.append(current)
            if isinstance(current, Class):
                below = above | {current}
                stack.extend((base, below) for base in reversed(self.direct_bases(current)) if base not in below)
        return tuple(visited[:MOST_BASES])

    def _lay_out(self, cls: Class) -> ClassInfo | None:
        module = self.program.module(cls.module)
        definition = module.classes.get(cls.name) if module is not None else None
        if definition is None:
            return None
        bases = self._order(cls)
        methods: dict[str, Function] = {}
        properties: dict[str, Function] = {}
        class_methods: set[str] = set()
        annotations: dict[str, tuple[str, str, str]] = {}
        lineage = [cls, *(base for base in bases if isinstance(base, Class))]
        modules = {name: self.program.module(name) for name in dict.fromkeys(member.module for member in lineage)}
        written = [
            (member, own, own.classes[member.name])
            for member in lineage
            if (own := modules[member.module]) is not None and member.name in own.classes
        ]
        taken: set[str] = set()
        for member, own, one in written:
            for name in one.methods:
                if name not in taken:
                    _classify(own, member, name, methods, class_methods, properties)
            taken.update(one.methods)
        for member, _, one in reversed(written):
            for name, text in one.annotations:
                annotations[name] = (member.module, member.name, text)
        return ClassInfo(cls, definition, bases, methods, frozenset(class_methods), properties, annotations, self.names)


def _classify(
    module: ModuleIR,
    cls: Class,
    name: str,
    methods: dict[str, Function],
    class_methods: set[str],
    properties: dict[str, Function],
) -> None:
    qualified = f"{cls.name}.{name}"
    for variant in variants(module, qualified):
        if any(d.name.rpartition(".")[2].endswith("property") for d in module.signatures[variant].decorators):
            properties[name] = Function(cls.module, variant, True)
            return
    signature = module.signatures.get(qualified)
    if signature is None or signature.kind == "class":
        return
    if any(decorator.name.endswith((".setter", ".getter", ".deleter")) for decorator in signature.decorators):
        return
    written = {decorator.name for decorator in signature.decorators}
    methods[name] = Function(cls.module, qualified, "staticmethod" not in written)
    if "classmethod" in written or name in ("__init_subclass__", "__class_getitem__"):
        class_methods.add(name)


# -- fields -------------------------------------------------------------------------------------------------------


def method_bodies(
    names: Names, cls: Class, word: str = "", role: Role | None = None
) -> Iterator[tuple[ModuleIR, str, str]]:
    """The methods of a class and the functions inside them, with the name of the receiver. word: only those whose
    text has it. role: as what."""
    module = names.program.module(cls.module)
    if module is None:
        return
    for name, own, span in names.methods(cls):
        if not word or names.program.mentions(module, span, word, role):
            yield module, name, own


def is_receiver(body: Definitions, operand: str, name: str, cls: Class) -> bool:
    """Whether an operand is the method's own object, or its class."""
    if name and operand == name:
        return True
    step = body.single(operand)
    if isinstance(step, ir.LoadGlobal):
        return step.name == cls.name
    if isinstance(step, ir.Attr) and step.name == "__class__":
        return step.base == name
    return False


def _assignments(info: ClassInfo, name: str) -> Iterator[Assigned]:
    names = info.names
    body_seen = False
    for cls in info.lineage:
        body = names.definitions(cls.module, cls.name)
        if body is not None and name in body.values and not body_seen:
            body_seen = True
            yield cls.module, cls.name, name
        for module, procedure, own in method_bodies(names, cls, name, Role.ASSIGNED):
            inner = names.definitions(module.module, procedure)
            for step in inner.attributes if inner is not None else ():
                if step.name == name and is_receiver(inner, step.base, own, cls):  # type: ignore[arg-type]
                    yield module.module, procedure, step.src


def _assigned_names(names: Names, cls: Class) -> Iterator[str]:
    body = names.definitions(cls.module, cls.name)
    if body is not None:
        yield from (name for name in body.values if name[:1] != "%")
    for module, procedure, own in method_bodies(names, cls):
        inner = names.definitions(module.module, procedure)
        for step in inner.attributes if inner is not None else ():
            if is_receiver(inner, step.base, own, cls):  # type: ignore[arg-type]
                yield step.name


def _field_annotations(info: ClassInfo, name: str) -> Iterator[Assigned]:
    if name in info.annotations:
        yield info.annotations[name]
    for cls in info.lineage:
        for module, procedure, own in method_bodies(info.names, cls, name, Role.ASSIGNED):
            lowered = module.procedures.get(procedure)
            for target, text in lowered.annotations if lowered is not None and own else ():
                if target == f"{own}.{name}":
                    yield module.module, procedure, text
