"""What frameworks do with a program's functions, methods and objects, as the catalog's `framework` tables say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from leaklint import ir
from leaklint.catalog import Catalog
from leaklint.catalog.schema import Framework
from leaklint.resolve.refs import Class, External, Instance, Method, Ref
from leaklint.resolve.resolver import Resolver


class Lifecycle:
    """The catalog's frameworks, as the analysis asks for them."""

    def __init__(self, catalog: Catalog, resolver: Resolver) -> None:
        self._catalog = catalog
        self._resolver = resolver
        self._recurring = list(_methods((f, f.recurring_methods) for f in catalog.frameworks))
        self._words = frozenset(method for _, _, method in self._recurring)
        self._decorators = frozenset(name for f in catalog.frameworks for name in f.recurring_decorators)
        self._last_words = frozenset(name.rpartition(".")[2] for name in self._decorators)
        self._short_lived = frozenset(name for f in catalog.frameworks for name in f.short_lived_holders)

    def recurs(self, module: ir.ModuleIR, procedure: ir.Procedure) -> bool:
        """Whether a framework calls this function again and again, for each test, request or task: what one call
        leaves behind adds to what the last one left."""
        for decorator in procedure.decorators:
            if decorator.name.rpartition(".")[2] in self._last_words:
                if any(self._is(name, self._decorators) for name in self._named(module, procedure, decorator.name)):
                    return True
        method = procedure.name.rpartition(".")[2]
        if procedure.kind != "method" or method not in self._words:
            return False
        bases = self._bases(Class(module.module, procedure.class_name))
        tops = {entry.module.partition(".")[0] for entry in module.imports}
        return any(
            name == method and (base in bases if base else not tops.isdisjoint(framework.modules))
            for framework, base, name in self._recurring
        )

    def is_short_lived(self, ref: Ref) -> bool:
        """Whether what is kept on this object ends with a request or task."""
        name = ref.of.name if isinstance(ref, Instance) and isinstance(ref.of, External) else ""
        if isinstance(ref, (External, Method)):
            name = ref.name
        return bool(name) and self._is(name, self._short_lived)

    def _is(self, name: str, wanted: frozenset[str]) -> bool:
        owner, dot, last = name.rpartition(".")
        return name in wanted or (bool(dot) and any(f"{base}.{last}" in wanted for base in self._catalog.bases(owner)))

    def _named(self, module: ir.ModuleIR, procedure: ir.Procedure, text: str) -> Iterator[str]:
        """The external things that a decorator's text stands for, seen from where it is written."""
        for value in self._resolver.written(module, procedure, text):
            if isinstance(value, (External, Method)):
                yield value.name

    def _bases(self, cls: Class) -> set[str]:
        info = self._resolver.class_info(cls)
        outer = [base.name for base in info.bases if isinstance(base, External)] if info is not None else []
        return {name for base in outer for name in self._catalog.bases(base)}


def _methods(
    rows: Iterable[tuple[Framework, tuple[str, ...]]],
) -> Iterator[tuple[Framework, str, str]]:
    """Framework, class ("" for any), and name of the methods that a table lists."""
    for framework, names in rows:
        for name in names:
            base, _, method = name.rpartition(".")
            yield framework, base, method
