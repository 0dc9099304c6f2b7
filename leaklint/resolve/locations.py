"""Which file of a project a dotted name means, and by which name a file is known. Nothing outside the given roots is
found by name."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from leaklint.catalog import Catalog
from leaklint.ir import ModuleIR
from leaklint.resolve.trace import Rests, Trace
from leaklint.source.directories import NOTHING, Found, listing, look

_SUFFIX = ".py"
DEEPEST = 40


class Locations:
    """What lies below `roots`, each file known by one name whichever way it was reached.

    roots: source roots, the first one found wins. base: where shown paths start. overlays: what is taken for the
    content of files, by absolute path.
    """

    def __init__(self, roots: Sequence[Path], catalog: Catalog, base: Path | None, trace: Trace) -> None:
        self.catalog = catalog
        self.trace = trace
        self.overlays: dict[str, str] = {}
        self._base = os.path.abspath(base if base is not None else ".")
        self._roots = tuple(dict.fromkeys(os.path.abspath(root) for root in roots))
        self._real_roots = tuple(os.path.realpath(root) for root in self._roots)
        self._listings: dict[str, dict[str, bool]] = {}
        self._located: dict[tuple[tuple[str, ...], str], Found] = {}
        self._files: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._rests: Rests = {}

    # -- the file of a name -------------------------------------------------------------------------------------

    def file_named(self, name: str) -> str:
        """The file of the module of a dotted name, which is not read; "" where there is none."""
        if name[:1] == "<":
            return os.path.normpath(os.path.join(self._base, name[1:-1]))
        return self._locate(self._roots, name).file

    def is_namespace(self, name: str) -> bool:
        """Whether a dotted name is a directory without `__init__.py`."""
        return bool(self._locate(self._roots, name).directories)

    def _found(self, name: str, start: str) -> Found:
        """What `import name` finds in a file of the directory `start`; "": in none."""
        if name[:1] == ".":
            rest = name.lstrip(".")
            if not start:
                return NOTHING
            for _ in range(len(name) - len(rest) - 1):
                start = os.path.dirname(start)
            if not self._inside(start):
                return NOTHING
            return self._locate((start,), rest) if rest else self._package(start)
        found = self._locate(self._roots, name)
        top = name.partition(".")[0]
        if found == NOTHING and start and top not in sys.stdlib_module_names and top not in self.catalog.modules:
            found = self._beside(start, name)
        return found

    def _locate(self, directories: tuple[str, ...], name: str) -> Found:
        key = (directories, name)
        known = self._located.get(key)
        if known is not None:
            self.trace.used(self._rests, key)
            return known
        if name.count(".") > DEEPEST:
            return NOTHING
        found = self._located[key] = self.trace.answer(self._rests, key, lambda: self._descend(directories, name))
        return found

    def _forget_located(self) -> None:
        for key in self._located:
            self._rests.pop(key, None)
        self._located.clear()

    def _descend(self, directories: tuple[str, ...], name: str) -> Found:
        parent, _, last = name.rpartition(".")
        if parent:
            above = self._locate(directories, parent)
            inside = above.directories
            if above.file:
                inside = (os.path.dirname(above.file),) if os.path.basename(above.file) == "__init__.py" else ()
        else:
            inside = directories
        return self.look(inside, last)

    def _package(self, directory: str) -> Found:
        if self.is_package(directory):
            return Found(os.path.join(directory, "__init__.py"), ())
        return Found("", (directory,))

    def _beside(self, start: str, name: str) -> Found:
        """A module next to a script, or next to the package that the importer belongs to (what pytest puts on the
        path); further up only packages, and the tree that the importer itself is in."""
        top = name.partition(".")[0]
        below, nearest = "", True
        while self._inside(start) and start not in self._roots:
            if not self.is_package(start):
                found = self._locate((start,), name)
                whole = nearest or below == top or self.look((start,), top).file.endswith("__init__.py")
                if found.file and whole:
                    return found
                nearest = False
            below = os.path.basename(start)
            start = os.path.dirname(start)
        return NOTHING

    def is_package(self, directory: str) -> bool:
        """Whether a directory has an `__init__.py`."""
        self.trace.note(("package", directory))
        return self.entries(directory).get("__init__.py") is False

    def look(self, directories: tuple[str, ...], name: str) -> Found:
        """The module or package called `name` in the first of some directories that has one."""
        self.trace.note(("look", directories, name))
        return look(self.entries, directories, name)

    def _inside(self, directory: str) -> bool:
        return any(directory == root or directory.startswith(root.rstrip(os.sep) + os.sep) for root in self._roots)

    def entries(self, directory: str) -> dict[str, bool]:
        """Names in a directory that are Python files (False) or directories (True)."""
        known = self._listings.get(directory)
        if known is not None:
            return known
        entries = listing(directory, self._real_roots)
        for path in self.overlays:
            if os.path.dirname(path) == directory:
                entries[os.path.basename(path)] = False
            elif path.startswith(directory.rstrip(os.sep) + os.sep):
                entries.setdefault(path[len(directory.rstrip(os.sep)) + 1 :].split(os.sep)[0], True)
        self._listings[directory] = entries
        return entries

    # -- the name of a file -------------------------------------------------------------------------------------

    def name_at(self, path: Path) -> str:
        """The name of the module in a file, which is not read."""
        return self._name_of(os.path.abspath(path))

    def _name_found(self, found: Found) -> str:
        if found.file:
            return self._name_of(found.file)
        return self._name_of(found.directories[0]) if found.directories else ""

    def _name_of(self, file: str) -> str:
        """The dotted name of a file or directory: from the innermost root that holds it and gives it back by that
        name, else its path in angle brackets."""
        if file in self._names:
            self.trace.used(self._rests, ("name", file))
        else:
            self._names[file] = self.trace.answer(self._rests, ("name", file), lambda: self._named(file))
        return self._names[file]

    def _named(self, file: str) -> str:
        stem = file[: -len(_SUFFIX)] if file.endswith(_SUFFIX) else file
        if os.path.basename(file) == "__init__.py":
            stem = os.path.dirname(file)
        for root in sorted(self._roots, key=len, reverse=True):
            prefix = root if root.endswith(os.sep) else root + os.sep
            # A name that begins like one in brackets would be read as such.
            if not stem.startswith(prefix) or stem.startswith(f"{prefix}<"):
                continue
            dotted = ".".join(stem[len(prefix) :].split(os.sep))
            found = self._locate(self._roots, dotted)
            if file == found.file or file in found.directories:
                return dotted
        return f"<{self._shown(file)}>"

    def _shown(self, file: str) -> str:
        inside = os.path.relpath(file, self._base)
        return (file if inside.startswith("..") else inside).replace(os.sep, "/")

    def file_of(self, module: ModuleIR) -> str:
        """The absolute path of a module's file."""
        file = self._files.get(module.path)
        if file is None:
            file = self._files[module.path] = os.path.normpath(os.path.join(self._base, module.path))
        return file
