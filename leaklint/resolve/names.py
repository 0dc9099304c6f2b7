"""What names mean without running anything: definitions, imports, aliases, annotations, across modules.

This is the lower of two strata. Nothing here depends on what calls return, so classes can be laid out from it.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from leaklint import ir
from leaklint.garbage import dissolve
from leaklint.ir import ModuleIR, Procedure
from leaklint.model import Span
from leaklint.resolve import typenames
from leaklint.resolve.definitions import MODULE_BODY, Definer, Definitions, define, enclosing
from leaklint.resolve.program import Program
from leaklint.resolve.reading import Get
from leaklint.resolve.refs import Class, External, Function, Module
from leaklint.resolve.shapes import Value
from leaklint.resolve.solver import Solver
from leaklint.resolve.trace import Rests
from leaklint.resolve.typetext import parse

BUILTINS = frozenset(name for name in dir(builtins) if callable(getattr(builtins, name)))
LONGEST_NAME = 8
DEEPEST_CHAIN = 12
MOST_DEFINITIONS = 1500
"""Indexes of procedures that are kept."""


def receiver(signature: Procedure) -> str:
    """The name of a method's `self` or `cls`; "" for what has none."""
    if signature.kind != "method" or not signature.parameters or signature.parameters[0].kind != "positional":
        return ""
    if any(decorator.name == "staticmethod" for decorator in signature.decorators):
        return ""
    return signature.parameters[0].name


def variants(module: ModuleIR, name: str) -> Iterator[str]:
    """The qualified names under which a module has definitions of `name`, the last one first."""
    if name in module.signatures:
        yield name
        number = 2
        while f"{name}#{number}" in module.signatures:
            yield f"{name}#{number}"
            number += 1


def _methods(signatures: Mapping[str, Procedure]) -> dict[str, list[tuple[str, str, Span]]]:
    """The functions in each class body of a module, see `Names.methods`."""
    found: dict[str, list[tuple[str, str, Span]]] = {}
    for name, signature in signatures.items():
        if signature.kind == "class":
            continue
        outer, around = name, name.rpartition(".")[0]
        while around and (around not in signatures or signatures[around].kind != "class"):
            outer, around = around, around.rpartition(".")[0]
        if around and outer in signatures:
            found.setdefault(around, []).append((name, receiver(signatures[outer]), signature.span))
    return found


class Names:
    """Static meanings, cached."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.catalog = program.catalog
        self._solver: Solver[Any, Value] = Solver(self._equation, program.trace)
        self._definitions: dict[tuple[str, str], Definitions | None] = {}
        self._decorated: dict[str, frozenset[str]] = {}
        self._writers: dict[str, dict[str, list[str]]] = {}
        self._rests: Rests = {}
        self._methods: dict[str, dict[str, list[tuple[str, str, Span]]]] = {}
        self._bindings: dict[str, dict[str, list[ir.ImportedName]]] = {}

    def take_over(self, before: Names, gone: int, changed: str) -> None:
        """Take what was known of a program in which the module `changed` had another text, as far as it rests on none
        of the facts in `gone`."""
        self._solver.take_over(before._solver, gone)
        for (module, name), found in before._definitions.items():
            if module == changed:
                graph = self.program.built(module, name)
                if graph is None or graph is not before.program.built(module, name):
                    continue
                if self._decorated_in(module) != before._decorated_in(module):
                    continue
            self._definitions[(module, name)] = found

    @property
    def answers(self) -> int:
        """How many answers are remembered."""
        return self._solver.answers

    def end(self) -> None:
        """Nobody asks any more: let all go."""
        dissolve(self._solver, self)

    # -- questions ----------------------------------------------------------------------------------------------

    def member(self, module: str, name: str) -> set[Value]:
        """What `module.name` is, for a module or namespace package of the project."""
        return self._solver.value(("member", module, name))

    def dotted(self, module: ModuleIR, scope: str, text: str) -> set[Value]:
        """What a dotted name written in `scope` (a procedure or class of the module) is."""
        return self._solver.value(("dotted", module.module, scope, text))

    def import_refs(self, module: ModuleIR, source: str, attribute: str) -> set[Value]:
        """What `import source` ("" for attribute) or `from source import attribute` binds in a module."""
        return self.imported(module, source, attribute, self._solver.value)

    def types(self, module: str, scope: str, text: str) -> set[Value]:
        """The classes (External, Class) and generic types (Typed) that an annotation names. None is left out."""
        return self._solver.value(("types", module, scope, text))

    def definitions(self, module: str, name: str) -> Definitions | None:
        """The index of a procedure; None if there is no such procedure."""
        key = (module, name)
        if key in self._definitions:
            self.program.rest_on_body(module, name)
            return self._definitions[key]
        procedure = self.program.procedure(module, name)
        found = define(procedure, self._decorated_in(module)) if procedure is not None else None
        self._definitions[key] = found
        if len(self._definitions) > MOST_DEFINITIONS:
            del self._definitions[next(iter(self._definitions))]
        return found

    def _decorated_in(self, name: str) -> frozenset[str]:
        known = self._decorated.get(name)
        if known is None:
            module = self.program.module(name)
            known = frozenset(
                qualified
                for qualified, found in (module.signatures.items() if module is not None else ())
                if found.decorators
            )
            self._decorated[name] = known
        return known

    def binds(self, module: ModuleIR, name: str) -> bool:
        """Whether a module binds the name itself: by a definition, an import, or an assignment anywhere in it."""
        if name in module.signatures or name in self.imports(module):
            return True
        body = self.definitions(module.module, MODULE_BODY)
        return (body is not None and name in body.values) or bool(self.global_writers(module, name))

    def defined(self, module: ModuleIR, name: str) -> list[Function | Class]:
        """The functions and classes of a qualified name: more than one where branches define it in turn."""
        found: list[Function | Class] = []
        for variant in variants(module, name):
            signature = module.signatures[variant]
            if signature.kind == "class":
                found.append(Class(module.module, variant))
            elif not any(decorator.name.rpartition(".")[2] == "overload" for decorator in signature.decorators):
                found.append(Function(module.module, variant))
        return found

    def methods(self, cls: Class) -> list[tuple[str, str, Span]]:
        """The functions in a class body and those inside of them: qualified name, name of the outermost one's
        receiver, extent."""
        known = self._methods.get(cls.module)
        if known is None:
            module = self.program.module(cls.module)
            known = self._methods[cls.module] = _methods(module.signatures) if module is not None else {}
        return known.get(cls.name, [])

    def imports(self, module: ModuleIR) -> dict[str, list[ir.ImportedName]]:
        """The module's imports by bound name."""
        known = self._bindings.get(module.path)
        if known is None:
            known = self._bindings[module.path] = {}
            for entry in module.imports:
                known.setdefault(entry.name, []).append(entry)
        return known

    def global_writers(self, module: ModuleIR, name: str) -> list[str]:
        """The functions that declare `global name`."""
        trace, key = self.program.trace, module.path
        if key in self._writers:
            trace.used(self._rests, key)
        else:
            self._writers[key] = trace.answer(self._rests, key, lambda: self._writers_in(module))
        return self._writers[key].get(name, [])

    def _writers_in(self, module: ModuleIR) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for qualified, signature in module.signatures.items() if self.program.lines_with(module, "global") else ():
            if signature.kind != "module" and self.program.mentions(module, signature.span, "global"):
                for declared in module.procedures[qualified].globals:
                    found.setdefault(declared, []).append(qualified)
        return found

    def external(self, name: str) -> set[Value]:
        """An External by its canonical name; nothing for one that is absurdly long."""
        if name.count(".") >= LONGEST_NAME:
            return set()
        return {External(self.catalog.canonical(name))}

    # -- equations ----------------------------------------------------------------------------------------------

    def _equation(self, key: Any, get: Get) -> Iterable[Value]:
        if key[0] == "member":
            return self._member(key[1], key[2], get)
        if key[0] == "dotted":
            return self._dotted(key[1], key[2], key[3], get)
        if key[0] == "alias":
            return typenames.alias(self, key[1], key[2], get)
        return typenames.types(self, key[1], key[2], parse(key[3]), get)

    def _member(self, name: str, attribute: str, get: Get) -> set[Value]:
        module = self.program.module(name)
        found: set[Value] = set()
        if module is not None:
            imports = self.imports(module)
            found.update(self.defined(module, attribute))
            for entry in imports.get(attribute, ()):
                found |= self.imported(module, entry.module, entry.attribute, get)
            if attribute in imports or attribute in module.signatures:
                return found
            body = self.definitions(name, MODULE_BODY)
            if body is not None and attribute in body.values:
                for step in body.values[attribute]:
                    found |= self._static(module, MODULE_BODY, body, step, get, 0)
                return found
            for entry in imports.get("*", ()):
                found |= self._starred(module, entry.module, attribute, get)
        below = self.program.submodule(name, attribute)
        if below:
            found.add(Module(below))
        elif module is None and self.program.is_namespace(name):
            found |= self.external(f"{name}.{attribute}")
        return found

    def imported(self, module: ModuleIR, source: str, attribute: str, get: Get) -> set[Value]:
        """What `import source` or `from source import attribute` binds in `module`."""
        name = self.program.find(source, module)
        if not attribute:
            return {Module(name)} if name else self._outside(source, module)
        if name:
            return set(get(("member", name, attribute)))
        below = self.program.find(f"{source}.{attribute}" if source.strip(".") else source + attribute, module)
        if below:
            return {Module(below)}
        return self._outside(f"{source}.{attribute}", module)

    def _outside(self, name: str, importer: ModuleIR) -> set[Value]:
        if name[:1] == ".":
            return set()
        parts = name.split(".")
        if self.program.is_user_of(parts[0], importer):
            return self.external(name)
        for end in range(len(parts) - 1, 0, -1):
            if self.program.module(".".join(parts[:end])) is not None:
                return set()
        return self.external(name)

    def _starred(self, module: ModuleIR, source: str, attribute: str, get: Get) -> set[Value]:
        name = self.program.find(source, module)
        if not name:
            canonical = self.catalog.canonical(f"{source}.{attribute}")
            known = self.catalog.acquisition(canonical) or self.catalog.returned_type(canonical)
            return {External(canonical)} if known and source[:1] != "." else set()
        other = self.program.module(name)
        if other is None or attribute == "*":
            return set()
        exported = attribute in other.all_names if other.all_names else not attribute.startswith("_")
        return set(get(("member", name, attribute))) if exported else set()

    def attribute(self, base: Value, name: str, get: Get) -> set[Value]:
        """`base.name` for a module, external name or class, as far as it is known statically."""
        if isinstance(base, Module):
            return set(get(("member", base.name, name)))
        if isinstance(base, External):
            return self.external(f"{base.name}.{name}")
        if isinstance(base, Class):
            module = self.program.module(base.module)
            if module is not None:
                return {inner for inner in self.defined(module, f"{base.name}.{name}") if isinstance(inner, Class)}
        return set()

    def _dotted(self, name: str, scope: str, text: str, get: Get) -> set[Value]:
        head, _, attribute = text.rpartition(".")
        if head:
            if text.count(".") > LONGEST_NAME:
                return set()
            found: set[Value] = set()
            for base in get(("dotted", name, scope, head)):
                found |= self.attribute(base, attribute, get)
            return found
        module = self.program.module(name)
        if module is None:
            return set()
        while scope != MODULE_BODY:
            local = self._local(module, scope, text, get)
            if local is not None:
                return local
            scope = enclosing(scope)
        found = set(get(("member", name, text)))
        if text in BUILTINS and not self.binds(module, text):
            found.add(External(f"builtins.{text}"))
        return found

    def _local(self, module: ModuleIR, scope: str, name: str, get: Get) -> set[Value] | None:
        """A class, function or import that `scope` itself binds to a name; None if it binds none of them."""
        inner = self.defined(module, f"{scope}.{name}")
        if inner:
            return set(inner)
        signature = module.signatures.get(scope)
        if signature is None or signature.kind == "class":
            return None
        span = signature.span
        if not self.program.mentions(module, span, "import") or not self.program.mentions(module, span, name):
            return None
        body = self.definitions(module.module, scope)
        if body is None or name not in body.values:
            return None
        found: set[Value] = set()
        for step in body.values[name]:
            found |= self._static(module, scope, body, step, get, 0)
        return found

    def _static(
        self, module: ModuleIR, scope: str, body: Definitions, step: Definer | None, get: Get, depth: int
    ) -> set[Value]:
        """The value of an instruction, where it is a plain name."""
        if step is None or depth > DEEPEST_CHAIN:
            return set()
        if isinstance(step, ir.Copy):
            return self._static_operand(module, scope, body, step.src, get, depth + 1)
        if isinstance(step, ir.LoadGlobal):
            return set(get(("dotted", module.module, MODULE_BODY, step.name)))
        if isinstance(step, ir.LoadImport):
            return self.imported(module, step.module, step.name, get)
        if isinstance(step, ir.MakeFunction):
            return {Function(module.module, step.procedure)}
        if isinstance(step, ir.MakeClass):
            return {Class(module.module, step.name)}
        if isinstance(step, ir.Attr):
            found: set[Value] = set()
            for base in self._static_operand(module, scope, body, step.base, get, depth + 1):
                found |= self.attribute(base, step.name, get)
            return found
        return set()

    def _static_operand(
        self, module: ModuleIR, scope: str, body: Definitions, operand: str, get: Get, depth: int
    ) -> set[Value]:
        operand = body.decorated.get(operand, operand)
        if operand[:1] != "%":
            if scope == MODULE_BODY:
                return set(get(("member", module.module, operand)))
            return set()
        return self._static(module, scope, body, body.single(operand), get, depth)
