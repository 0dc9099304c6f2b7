"""The modules of a project, found by name and lowered on demand. Nothing outside the given roots is read by name."""

from __future__ import annotations

import copy
import functools
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from leaklint.catalog import Catalog
from leaklint.ir import ModuleIR, Procedure
from leaklint.lowering import SyntaxProblem, lower_module
from leaklint.lowering.module import Procedures
from leaklint.lowering.shelf import Shelf
from leaklint.model import LeaklintError
from leaklint.resolve.texts import Texts
from leaklint.resolve.trace import Trace
from leaklint.source.directories import NOTHING
from leaklint.source.prefilter import imported, statements_digest

MOST_INSTRUCTIONS = 150_000
"""In the graphs that are kept: some 40 MB."""
_TESTS = frozenset({"test", "tests", "testing", "examples", "conftest"})


def _rest_on_body(trace: Trace, file: str, procedures: Mapping[str, Procedure], name: str) -> None:
    holder = procedures.outermost(name) if isinstance(procedures, Procedures) and not trace.by_word else name
    if holder:
        trace.note(("body", file, holder))


class Imported(NamedTuple):
    """What the imports of a file say, told from its text, which is not parsed. files: those of the project that they
    lead to, sorted. stated: a digest of the statements. passed: the words of libraries that the file passes on to those
    that import it."""

    files: tuple[str, ...]
    stated: bytes
    passed: tuple[str, ...]


class Program(Texts):
    """All modules below `roots`, each known by one name whichever way it was reached.

    search: the names of modules whose text has a word. traced: whether it is asked what answers rest on. by_body,
    by_word, packing: see `Trace`. For the others see `Locations` and `Texts`.
    """

    def __init__(
        self,
        roots: Sequence[Path],
        read: Callable[[Path], str | None],
        catalog: Catalog,
        *,
        search: Callable[[Program, str], Sequence[str]] | None = None,
        base: Path | None = None,
        traced: bool = True,
        by_body: bool = False,
        by_word: bool = False,
        packing: bool = False,
    ) -> None:
        trace = Trace(on=traced, by_body=by_body, by_word=by_word, packing=packing)
        super().__init__(roots, read, catalog, base, trace)
        self._search = search
        self.generation = 0
        self._shelf = Shelf(MOST_INSTRUCTIONS)
        self._modules: dict[str, ModuleIR | None] = {}
        self._by_name: dict[str, ModuleIR | None] = {}
        self._before: dict[str, ModuleIR] = {}
        self._problems: dict[str, tuple[int, int, str]] = {}
        self._imports: dict[str, Imported] = {}
        self._libraries: dict[str, bool] = {}

    def overlay(self, path: Path, text: str) -> None:
        """Take `text` for the content of `path`, whether or not there is such a file."""
        for table in vars(self).values():
            if isinstance(table, dict) and table is not self.overlays:
                table.clear()
        self.overlays[os.path.abspath(path)] = text
        self.generation += 1

    def with_text(self, path: Path, text: str) -> Program:
        """The same program with `text` for the content of one of its files; shares the other modules."""
        file = os.path.abspath(path)
        other = copy.copy(self)
        for name, value in vars(self).items():
            if isinstance(value, dict):
                setattr(other, name, dict(value))
        old = other._modules.pop(file, None)
        if old is not None:
            other._before[file] = old
        other._imports.pop(file, None)
        other._problems.pop(file, None)
        other._forget_text(file)
        other._by_name = {
            name: module for name, module in self._by_name.items() if module is not None and module is not old
        }
        other.overlays[file] = text
        other.generation += 1
        return other

    # -- modules ------------------------------------------------------------------------------------------------

    def module(self, name: str) -> ModuleIR | None:
        """The module of a dotted name, or None: not in the project, unreadable, not Python, a namespace package."""
        if name in self._by_name:
            self.trace.used(self._rests, ("module", name))
        else:
            self._by_name[name] = self.trace.answer(self._rests, ("module", name), lambda: self._module(name))
        return self._by_name[name]

    def _module(self, name: str) -> ModuleIR | None:
        file = self.file_named(name)
        return self._load(file) if file else None

    def holding(self, word: str) -> Sequence[str]:
        """The names of the modules whose text has a word; none where nobody can say."""
        return self._search(self, word) if self._search is not None else ()

    def module_at(self, path: Path) -> ModuleIR | None:
        """The module in a file, or None where the file cannot be read or is not Python."""
        return self._load(os.path.abspath(path))

    def problem_at(self, path: Path) -> tuple[int, int, str] | None:
        """Line, column and cause of what keeps a file, which was read, from being Python."""
        return self._problems.get(os.path.abspath(path))

    def find(self, name: str, importer: ModuleIR | None = None) -> str:
        """The name under which the project knows what `import name` in `importer` finds; "" for what is outside.

        Relative names (`..db`) start at the importer's own directory. Absolute ones are looked for in the roots, and
        then beside the importer and above, as Python does for scripts.
        """
        top = name.partition(".")[0]
        if top and importer is not None and self.is_user_of(top, importer):
            found = self._found(name, "")
            if found != NOTHING:
                return ""
        start = os.path.dirname(self.file_of(importer)) if importer is not None else ""
        return self._name_found(self._found(name, start))

    def is_user_of(self, top: str, importer: ModuleIR) -> bool:
        """Whether `top` is a library of the catalog whose own source lies in the project, and the importer one of its
        users: its tests, its examples. They go by what the library promises, not by how it keeps it."""
        calls = self.catalog.calls_of_module.get(top)
        if not calls:
            return False
        parts = importer.module.split(".")
        inside = parts[0] == top and not any(part in _TESTS or part.startswith("test_") for part in parts[1:])
        if inside:
            return False
        known = self._libraries.get(top)
        key = ("library", top)
        if known is not None:
            self.trace.used(self._rests, key)
            return known
        self._libraries[top] = False
        self._rests[key] = -1 - self.trace.depth
        known = self.trace.answer(self._rests, key, lambda: any(self._binds(top, call) for call in calls))
        self._libraries[top] = known
        return known

    def _binds(self, name: str, word: str, depth: int = 3) -> bool:
        """Whether a module defines or imports a name, itself or by `from x import *`."""
        module = self.module(name)
        if module is None:
            return False
        if word in module.signatures or any(entry.name == word for entry in module.imports):
            return True
        starred = (self.find(entry.module, module) for entry in module.imports if entry.name == "*" and depth)
        return any(self._binds(found, word, depth - 1) for found in starred if found)

    def submodule(self, package: str, name: str) -> str:
        """The name of the module `name` in a package or namespace package of the project; "" if there is none."""
        module = self.module(package)
        if module is not None:
            if not module.is_package:
                return ""
            return self._name_found(self._locate((os.path.dirname(self.file_of(module)),), name))
        return self._name_found(self._locate(self._roots, f"{package}.{name}"))

    # -- procedures ---------------------------------------------------------------------------------------------

    def procedure(self, module: str, name: str) -> Procedure | None:
        """The graph of a function, class body or module body."""
        found = self.module(module)
        return found.procedures.get(name) if found is not None else None

    def built(self, module: str, name: str) -> Procedure | None:
        """The same, if it was built before."""
        found = self.module(module)
        return (
            found.procedures.at_hand(name) if found is not None and isinstance(found.procedures, Procedures) else None
        )

    def rest_on_body(self, module: str, name: str) -> None:
        """The answer in hand makes use of what was found in a procedure before."""
        if self.trace.by_body:
            found = self.module(module)
            if found is not None:
                _rest_on_body(self.trace, self.file_of(found), found.procedures, name)

    # -- files --------------------------------------------------------------------------------------------------

    def lowered(self, file: str) -> ModuleIR | None:
        """The module in a file, if anybody asked for it before. Who asks this learns nothing that counts."""
        return self._modules.get(file)

    def _load(self, file: str) -> ModuleIR | None:
        self.trace.note(("outline" if self.trace.by_word else "text", file))
        try:
            return self._modules[file]
        except KeyError:
            self._modules[file] = None
        text = self._text(file)
        if text is None:
            return None
        noting = functools.partial(_rest_on_body, self.trace, file) if self.trace.by_body else None
        again = functools.partial(self._text_again, file) if file not in self.overlays else None
        is_package = os.path.basename(file) == "__init__.py"
        known = self._before.get(file)
        before = known.procedures if known is not None and isinstance(known.procedures, Procedures) else None
        try:
            module = lower_module(
                text,
                self._shown(file),
                self._name_of(file),
                is_package,
                again=again,
                shelf=self._shelf,
                before=before,
                asked=self.asked.of(file).names,
                sought=self.asked.of(file).sought,
                noting=noting,
            )
        except SyntaxProblem as problem:
            self._problems[file] = problem.line, problem.column, problem.cause
            return None
        except (LeaklintError, RecursionError):
            return None
        self._before.pop(file, None)
        self._modules[file] = module
        return module

    def forget_graphs(self) -> None:
        """Let the graphs go, and where names were found. They are found again when somebody asks."""
        self._shelf.clear()
        self._forget_located()

    # -- what imports say ---------------------------------------------------------------------------------------

    def imports_at(self, file: str) -> Imported:
        """What the imports of a file say."""
        if file in self._imports:
            self.trace.used(self._rests, ("imports", file))
        else:
            self._imports[file] = self.trace.answer(self._rests, ("imports", file), lambda: self._imports_of(file))
        return self._imports[file]

    def known_imports(self, file: str) -> tuple[Imported, int | bytes]:
        """The same, with what that rests on."""
        return self.imports_at(file), self._rests[("imports", file)]

    def recall_imports(self, file: str, said: Imported, rests: int | bytes) -> None:
        """Take this for what its imports say, as they did in an earlier run."""
        self._imports[file] = said
        self._rests[("imports", file)] = self.trace.share(rests)

    def _imports_of(self, file: str) -> Imported:
        found: set[str] = set()
        passed: set[str] = set()
        start = os.path.dirname(file)
        statements = imported((self.text_at(file) or "").encode("utf-8", "replace"))
        for source, names in statements:
            below = self._found(source, start)
            if below.file:
                found.add(below.file)
            if not below.file or os.path.basename(below.file) == "__init__.py":
                joint = "" if source.endswith(".") else "."
                found.update(self._found(f"{source}{joint}{name}", start).file for name in names)
            if below != NOTHING or self._is_of_library(source):
                passed.update(name for name in names if name == "*" or name in self.catalog.given_words)
        return Imported(tuple(sorted(found - {"", file})), statements_digest(statements), tuple(sorted(passed)))

    def imports_taking(self, file: str, words: Iterable[str]) -> set[str]:
        """Those of some names by which what a file has imported may be a library's: it comes from one, or from a file
        that passes on such a name, or all names."""
        start, taking, left = os.path.dirname(file), set[str](), set(words)
        if not left:
            return taking
        for source, names in imported((self.text_at(file) or "").encode("utf-8", "replace")):
            asked = left if "*" in names else left.intersection(names)
            if not asked:
                continue
            if self._is_of_library(source):
                found = set(asked)
            elif below := self._found(source, start).file:
                passed = self.imports_at(below).passed
                found = set(asked) if "*" in passed else asked.intersection(passed)
            else:
                continue
            taking |= found
            left -= found
        return taking

    def _is_of_library(self, module: str) -> bool:
        return module.partition(".")[0] in self.catalog.tops
