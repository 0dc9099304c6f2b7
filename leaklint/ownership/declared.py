"""Resources that a project declares and whose taking it defines itself: the declaration says more than the code."""

from __future__ import annotations

import functools

from leaklint.catalog import PROJECT, Acquired, Catalog
from leaklint.resolve.program import Program
from leaklint.resolve.refs import Class, Function, Instance
from leaklint.resolve.resolver import Resolver


class Declared:
    """The declared rows by the functions and classes of the program that take them."""

    def __init__(self, catalog: Catalog, program: Program, resolver: Resolver) -> None:
        self._rows = [
            (call, Acquired(library.name, row))
            for library in catalog.libraries
            if library.name == PROJECT
            for row in library.resource
            for call in row.acquire
        ]
        self._program = program
        self._resolver = resolver

    def at(self, callee: Function | Class) -> Acquired | None:
        """What calling `callee`, or the method of a base class that it overrides, is declared to take."""
        if not self._rows:
            return None
        for module, name in self._names(callee):
            found = self._known.get((module, name))
            if found is not None:
                return found
        return None

    def _names(self, callee: Function | Class) -> list[tuple[str, str]]:
        names = [(callee.module, callee.name)]
        owner, dot, method = callee.name.rpartition(".")
        info = self._resolver.class_info(Class(callee.module, owner)) if dot and isinstance(callee, Function) else None
        for base in info.bases if info is not None else ():
            if isinstance(base, Class):
                names.append((base.module, f"{base.name}.{method}"))
            else:
                names.append(("", f"{base.name}.{method}"))
        return names

    @functools.cached_property
    def _known(self) -> dict[tuple[str, str], Acquired]:
        """(module, qualified name) of the definition -> row; the module is "" for what is defined elsewhere."""
        known: dict[tuple[str, str], Acquired] = {}
        for call, acquired in self._rows:
            known.setdefault(self._definition(call) or ("", call), acquired)
        return known

    def _definition(self, call: str) -> tuple[str, str] | None:
        """Where the program defines what a dotted name means, imports followed."""
        head = call
        while head:
            head, _, _ = head.rpartition(".")
            module = self._program.module(head) if head else None
            if module is None:
                continue
            name = call[len(head) + 1 :]
            for text, method in ((name, ""), (name.rpartition(".")[0], name.rpartition(".")[2])):
                for ref in self._resolver.annotation_refs(module, None, text) if text else ():
                    target = ref.of if isinstance(ref, Instance) else ref
                    if isinstance(target, Class) or (isinstance(target, Function) and not method):
                        return target.module, f"{target.name}.{method}" if method else target.name
        return None
