"""Which files can take a resource: by themselves, or through modules of the project that they import.

A file that names a driver and an acquiring word may. So may one that imports from such a module, and one that imports
from a module that takes something from such a module in turn: three modules deep, so that looking at one file does not
mean looking at the whole project.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from leaklint.source.prefilter import Prefilter, imported
from leaklint.source.roots import Roots

_DEEPEST = 3


class Import(NamedTuple):
    """A file that is imported, and the names that are taken from it (none: the module as a whole)."""

    path: str
    names: tuple[str, ...]


class Reach:
    """Answers for the files of one project, and remembers them.

    content: a file's bytes, None where it cannot be read. takes: whether the analysis sees a resource being taken in a
    file; asked only of files that import from one that gives.
    """

    def __init__(
        self,
        prefilter: Prefilter,
        roots: Roots,
        content: Callable[[str], bytes | None],
        takes: Callable[[str], bool],
    ) -> None:
        self._prefilter = prefilter
        self._roots = roots
        self._content = content
        self._takes = takes
        self._by_itself: dict[str, bool] = {}
        self._imports: dict[str, tuple[Import, ...]] = {}
        self._onward: dict[tuple[str, int], bool] = {}
        self._taking: dict[str, bool] = {}

    def matters(self, path: str, data: bytes) -> bool:
        """Whether the file at `path`, whose bytes are `data`, can take a resource."""
        if self._prefilter.matters(data):
            return True
        imports = self._imported(path, data)
        return any(self._gives(one, depth) for depth in range(1, _DEEPEST + 1) for one in imports)

    def _gives(self, one: Import, depth: int) -> bool:
        """Whether something that takes a resource can be had from an imported module, `depth` modules deep."""
        if self._matters_by_itself(one.path):
            return True
        if depth <= 1:
            return False
        behind = self.imports(one.path)
        # `from .db import connect` in a package hands on what it does not use itself.
        passed = [inner for inner in behind if "*" in inner.names or set(inner.names) & set(one.names)]
        if any(self._gives(inner, depth - 1) for inner in passed):
            return True
        key = (one.path, depth)
        if key not in self._onward:
            self._onward[key] = any(self._gives(inner, depth - 1) for inner in behind) and self._is_taking(one.path)
        return self._onward[key]

    def _matters_by_itself(self, path: str) -> bool:
        known = self._by_itself.get(path)
        if known is None:
            data = self._content(path)
            known = self._by_itself[path] = data is not None and self._prefilter.matters(data)
        return known

    def _is_taking(self, path: str) -> bool:
        known = self._taking.get(path)
        if known is None:
            known = self._taking[path] = self._takes(path)
        return known

    def imports(self, path: str) -> tuple[Import, ...]:
        """The files of the project that a file imports."""
        known = self._imports.get(path)
        if known is None:
            data = self._content(path)
            known = self._imports[path] = () if data is None else self._imported(path, data)
        return known

    def _imported(self, path: str, data: bytes) -> tuple[Import, ...]:
        found: dict[str, dict[str, None]] = {}
        for module, names in imported(data):
            whole = self._locate(module, path)
            if whole is not None:
                found.setdefault(whole, {}).update(dict.fromkeys(names))
            joint = "" if module.endswith(".") else "."
            for name in names:
                if inner := self._locate(f"{module}{joint}{name}", path):
                    found.setdefault(inner, {})
        found.pop(path, None)
        return tuple(Import(target, tuple(names)) for target, names in found.items())

    def _locate(self, module: str, importer: str) -> str | None:
        if module.startswith("."):
            return self._roots.locate_relative(module, importer)
        return self._roots.locate(module, importer)


def containing(word: str, contents: Sequence[tuple[str, bytes]]) -> list[str]:
    """The paths of those contents that hold the word."""
    wanted = word.encode("utf-8", "surrogatepass")
    return [path for path, data in contents if wanted in data]
