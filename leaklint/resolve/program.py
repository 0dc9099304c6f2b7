"""The modules of a project, found by name and lowered on demand. Nothing outside the given roots is read by name."""

from __future__ import annotations

import copy
import functools
import os
import sys
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from leaklint.catalog import Catalog
from leaklint.ir import ModuleIR, Procedure
from leaklint.lowering import SyntaxProblem, lower_module
from leaklint.lowering.module import Procedures
from leaklint.lowering.positions import line_starts
from leaklint.lowering.shelf import Shelf
from leaklint.model import LeaklintError, Span
from leaklint.resolve import wording
from leaklint.resolve.asked import Asked
from leaklint.resolve.spans import Spans
from leaklint.resolve.trace import Rests, Trace
from leaklint.source.directories import NOTHING, Found, listing, look
from leaklint.source.prefilter import imported, statements_digest

_SUFFIX = ".py"
DEEPEST = 40
MOST_INSTRUCTIONS = 150_000
"""In the graphs that are kept: some 40 MB."""
MOST_TEXTS = 50
"""Texts that are kept. Others are read again: who reads them keeps the bytes, which take less room."""
MOST_SEARCHED = 200_000_000
"""Characters of a text that are searched for one word after another before all its words are looked up at once."""
_TESTS = frozenset({"test", "tests", "testing", "examples", "conftest"})


def _rest_on_body(trace: Trace, file: str, procedures: Mapping[str, Procedure], name: str) -> None:
    if trace.by_word or (isinstance(procedures, Procedures) and procedures.stands_apart(name)):
        trace.note(("body", file, name))


def _has_one(lines: Sequence[int], span: Span) -> bool:
    """Whether one of these lines, which ascend, lies in a span."""
    at = bisect_left(lines, span.line)
    return at < len(lines) and lines[at] <= span.end_line


class Imported(NamedTuple):
    """What the imports of a file say, told from its text, which is not parsed. files: those of the project that they
    lead to, sorted. stated: a digest of the statements. passed: the words of libraries that the file passes on to those
    that import it."""

    files: tuple[str, ...]
    stated: bytes
    passed: tuple[str, ...]


class Program:
    """All modules below `roots`, each known by one name whichever way it was reached.

    roots: source roots, the first one found wins. read: the text of a file, or None where it cannot be read.
    search: the names of modules whose text has a word. base: where shown paths start. overlays: what is taken for the
    content of files, by absolute path.
    traced: whether it is asked what answers rest on. by_body, by_word, packing: see `Trace`.
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
        self.catalog = catalog
        self._search = search
        self.trace = Trace(on=traced, by_body=by_body, by_word=by_word, packing=packing)
        self.asked = Asked()
        self.generation = 0
        self._read = read
        self._base = os.path.abspath(base if base is not None else ".")
        self._roots = tuple(dict.fromkeys(os.path.abspath(root) for root in roots))
        self._real_roots = tuple(os.path.realpath(root) for root in self._roots)
        self.overlays: dict[str, str] = {}
        self._shelf = Shelf(MOST_INSTRUCTIONS)
        self._forget()

    def _forget(self) -> None:
        self._listings: dict[str, dict[str, bool]] = {}
        self._located: dict[tuple[tuple[str, ...], str], Found] = {}
        self._modules: dict[str, ModuleIR | None] = {}
        self._texts: dict[str, str | None] = {}
        self._imports: dict[str, Imported] = {}
        self._before: dict[str, ModuleIR] = {}
        self._files: dict[str, str] = {}
        self._words: dict[str, dict[str, list[int]]] = {}
        self._starts: dict[str, array[int]] = {}
        self._attributes: dict[str, frozenset[str]] = {}
        self._spans: dict[str, Spans] = {}
        self._all_words: dict[str, dict[str, list[int]]] = {}
        self._problems: dict[str, tuple[int, int, str]] = {}
        self._names: dict[str, str] = {}
        self._by_name: dict[str, ModuleIR | None] = {}
        self._libraries: dict[str, bool] = {}
        self._rests: Rests = {}
        self.generation += 1

    def overlay(self, path: Path, text: str) -> None:
        """Take `text` for the content of `path`, whether or not there is such a file."""
        self.overlays[os.path.abspath(path)] = text
        self._forget()

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
        other._texts.pop(file, None)
        other._imports.pop(file, None)
        other._words.pop(file, None)
        other._starts.pop(file, None)
        other._problems.pop(file, None)
        other._attributes.pop(file, None)
        other._spans.pop(file, None)
        other._all_words.pop(file, None)
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

    def name_at(self, path: Path) -> str:
        """The name of the module in a file, which is not read."""
        return self._name_of(os.path.abspath(path))

    def file_named(self, name: str) -> str:
        """The file of the module of a dotted name, which is not read; "" where there is none."""
        if name[:1] == "<":
            return os.path.normpath(os.path.join(self._base, name[1:-1]))
        return self._locate(self._roots, name).file

    def is_namespace(self, name: str) -> bool:
        """Whether a dotted name is a directory without `__init__.py`."""
        return bool(self._locate(self._roots, name).directories)

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

    # -- procedures and their text ------------------------------------------------------------------------------

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

    def mentions(self, module: ModuleIR, span: Span, word: str) -> bool:
        """Whether the identifier `word` occurs in the lines of `span`."""
        return _has_one(self.lines_with(module, word), span)

    def mentioning(self, module: ModuleIR, word: str) -> Iterator[str]:
        """The procedures of a module in whose lines the identifier `word` occurs, in the order in which they begin."""
        lines = self.lines_with(module, word)
        standing = self.standing_on(module, lines)
        # Decorators belong to the procedure around.
        return (name for name in standing if _has_one(lines, module.signatures[name].span))

    def standing_on(self, module: ModuleIR, lines: Sequence[int]) -> Iterator[str]:
        """The procedures of a module that stand on some of these lines, which ascend, decorators included, in the order
        in which they begin."""
        if not lines:
            return iter(())
        file = self.file_of(module)
        spans = self._spans.get(file)
        if spans is None:
            spans = self._spans[file] = Spans.of(module.extents)
        return spans.on(lines)

    def says(self, module: ModuleIR, wanted: Iterable[str]) -> bool:
        """Whether the text of a module has one of these anywhere."""
        file, wanted = self.file_of(module), tuple(wanted)
        text = self._text(file) or ""
        self.trace.note_part("scan", file, wording.says, wanted)
        pieces = self.asked.of(file).pieces
        for one in wanted:
            pieces.add(one)
            if one in text:
                return True
        return False

    def attributes_set(self, module: ModuleIR) -> frozenset[str]:
        """Names that a module's text assigns as attributes of something."""
        file = self.file_of(module)
        self.trace.note_part("scan", file, wording.attributes_assigned)
        found = self._attributes.get(file)
        if found is None:
            self.asked.of(file).attributes = True
            found = self._attributes[file] = wording.attributes_assigned(self._text(file) or "")
        return found

    def forget_words(self) -> None:
        """Let go where in the texts words stand. It is told from the texts again."""
        self._starts.clear()
        self._words.clear()
        self._attributes.clear()
        self._all_words.clear()
        self._spans.clear()

    def rest_on_body(self, module: str, name: str) -> None:
        """The answer in hand makes use of what was found in a procedure before."""
        if self.trace.by_body:
            found = self.module(module)
            if found is not None:
                _rest_on_body(self.trace, self.file_of(found), found.procedures, name)

    def lines_with(self, module: ModuleIR, word: str) -> list[int]:
        """The lines (from 1) in which the identifier `word` occurs, comments and strings included."""
        file = self.file_of(module)
        self.trace.note_part("mention", file, word)
        index = self._words.get(file)
        if index is None:
            index = self._words[file] = {}
        lines = index.get(word)
        if lines is None:
            self.asked.of(file).words.add(word)
            lines = index[word] = self._find_lines(file, word)
        return lines

    def times(self, module: ModuleIR, word: str, first: int, last: int) -> int:
        """How often the identifier `word` occurs in these lines (from 1), comments and strings included."""
        lines = self.lines_with(module, word)
        within = lines[bisect_left(lines, first) : bisect_right(lines, last)]
        if not within:
            return 0
        file = self.file_of(module)
        text = self._text(file) or ""
        return wording.times(text, self._line_starts(file, text), word, within)

    def _find_lines(self, file: str, word: str) -> list[int]:
        text = self._text(file) or ""
        known = self._words[file]
        if len(known) * len(text) > MOST_SEARCHED and word.isidentifier():
            words = self._all_words.get(file)
            if words is None:
                words = self._all_words[file] = wording.lines_of_words(text, self._line_starts(file, text))
            return words.get(word, [])
        return wording.lines_with(text, self._line_starts(file, text), word) if word and word in text else []

    def _line_starts(self, file: str, text: str) -> array[int]:
        known = self._starts.get(file)
        if known is None:
            known = self._starts[file] = array("I", line_starts(text))
        return known

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

    def text_at(self, file: str) -> str | None:
        """The text of a file (its absolute path), which need not be Python; None where it cannot be read."""
        self.trace.note(("text", file))
        return self._text(file)

    def _text(self, file: str) -> str | None:
        try:
            return self._texts[file]
        except KeyError:
            text = self.overlays.get(file)
            self._texts[file] = text = text if text is not None else self._read(Path(file))
            if len(self._texts) > MOST_TEXTS:
                del self._texts[next(iter(self._texts))]
            return text

    def _text_again(self, file: str) -> str:
        return self._text(file) or ""

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

    def _shown(self, file: str) -> str:
        inside = os.path.relpath(file, self._base)
        return (file if inside.startswith("..") else inside).replace(os.sep, "/")

    def file_of(self, module: ModuleIR) -> str:
        """The absolute path of a module's file."""
        file = self._files.get(module.path)
        if file is None:
            file = self._files[module.path] = os.path.normpath(os.path.join(self._base, module.path))
        return file

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
