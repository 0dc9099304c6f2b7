"""Which functions of a program may come by a resource, told from the words in their text.

Most functions have nothing to do with one, and to lower and resolve them all costs more than to look at those that do.
A function is a suspect if it mentions a word by which a library gives something, where its module reaches that library
through its imports; or the name of a function that was found to hand a resource over, or of what stands for one. The
words are those of the lines that it takes up, so nothing is left out: being a suspect means only to be looked at.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Container, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from leaklint.ir import ModuleIR
from leaklint.ownership.carrying import carried, own_name
from leaklint.ownership.vocabulary import Vocabulary, Words
from leaklint.resolve.definitions import MODULE_BODY
from leaklint.resolve.importing import Imports
from leaklint.resolve.refs import Class, External, Function, Instance, Method, Partial, Ref
from leaklint.resolve.resolver import Resolver
from leaklint.resolve.trace import Rests
from leaklint.source.prefilter import Prefilter, identifiers

_OF_CLASSES = frozenset({"super", "cls", "__class__", "type"})
"""How the methods of a class name it, or the one it inherits from, without its name."""


class Told(NamedTuple):
    """What is known of a program's words. words: those that make a function a suspect -> the files that give them, as
    a set. quiet: file without suspects -> the files that it imports, likewise. always: words that count anywhere. seen:
    all files that were looked at."""

    words: dict[str, int]
    quiet: dict[str, int]
    always: frozenset[str]
    seen: frozenset[str]


class _File:
    """What is known of one file that was looked at.

    reached: the files that it imports, as a mask. active: the words in it that make a function a suspect.
    """

    def __init__(self, bit: int, reached: int, words: Words) -> None:
        self.bit = bit
        self.reached = reached
        self.words = words
        self.active: set[str] = set()
        self.functions: set[str] = set()
        self.module: ModuleIR | None = None
        self.stale = False

    def copy(self, reached: int, changed: int) -> _File:
        """The same for a program in which the file may reach others, and the text of some (a mask) has changed."""
        other = _File(self.bit, reached, self.words)
        other.active = set(self.active)
        other.functions, other.module = set(self.functions), self.module
        other.stale = self.stale or reached != self.reached or bool(reached & changed)
        return other


class Suspects:
    """Grows with the files that are asked for and with what is found in them. thorough: suspect every function."""

    def __init__(self, resolver: Resolver, *, thorough: bool = False) -> None:
        self.thorough = thorough
        self._resolver = resolver
        self._program = program = resolver.program
        self._catalog = catalog = program.catalog
        self._imports = Imports(program)
        self._prefilter = Prefilter(catalog.words_of_modules, catalog.free_words)
        self._free = catalog.free_words
        self._makers = catalog.maker_words
        self._files: dict[str, _File] = {}
        self._vocabulary = Vocabulary()
        self._libraries: dict[str, frozenset[str]] = {}
        self._given_by: dict[int, frozenset[str]] = {}
        self._leading: dict[str, int] = {}
        self._making: dict[str, int] = {}
        self._named: dict[str, int] = {}
        self._news: list[tuple[str, int]] = []
        self._receiving: set[Function] = set()
        self._lambdas: set[Class | Function] = set()
        self._unread: list[Function] = []
        self._touched: set[Function] = set()
        self._rests: Rests = {}

    def without(self, file: str, resolver: Resolver) -> Suspects:
        """The same for a program in which one file has another text: nothing is known of that, and of the others what
        was known."""
        other = Suspects(resolver, thorough=self.thorough)
        other._imports = self._imports.again(resolver.program)
        other._vocabulary = self._vocabulary
        gone = ~self._imports.bit(file)
        for mine, its in ((self._leading, other._leading), (self._making, other._making), (self._named, other._named)):
            its.update({name: mask & gone for name, mask in mine.items()})
        for path, known in self._files.items():
            if path != file:
                other._libraries[path] = self._libraries[path]
                other._files[path] = known.copy(other._imports.reached(path), ~gone)
        other._receiving = set(self._receiving)
        other._lambdas = set(self._lambdas)
        other._rests = dict(self._rests)
        return other

    # -- questions ----------------------------------------------------------------------------------------------

    def has(self, function: Function) -> bool:
        """Whether a function of a file that was asked for is a suspect."""
        module = self._program.module(function.module)
        known = self._files.get(self._program.file_of(module)) if module is not None else None
        return known is not None and function.name in known.functions

    def functions(self, file: str) -> Container[str]:
        """The names of the suspects in a file that was asked for."""
        known = self._files.get(file)
        return known.functions if known is not None else ()

    def includes(self, file: str) -> bool:
        """Whether the file was asked for, or is imported by one that was."""
        return file in self._files

    def words_of(self, file: str) -> Container[str] | None:
        """The identifiers in a file that was looked at; None for any other."""
        known = self._files.get(file)
        return known.words if known is not None else None

    def matters(self, file: str) -> bool:
        """Whether a file that was asked for has suspects."""
        known = self._files.get(file)
        return known is not None and (self.thorough or bool(known.active))

    def may_name(self, module: ModuleIR, word: str) -> bool:
        """Whether a suspect, or a way to one, may be called by this name in a module."""
        known = self._files.get(self._program.file_of(module))
        if self.thorough or known is None or word in known.active:
            return True
        return bool(self._named.get(word, 0) & known.reached)

    def is_active(self, module: ModuleIR, word: str) -> bool:
        """Whether a name leads to a resource in a module."""
        known = self._files.get(self._program.file_of(module))
        return self.thorough or known is None or word in known.active

    def rest_on(self, file: str) -> None:
        """Note that the answer in hand rests on all that a file imports."""
        self._imports.rest_on(file)

    def read_for(self, file: str) -> int:
        """What was read to follow what the suspects of a file put somewhere, as a set of facts."""
        known = self._files.get(file)
        if known is None or known.module is None:
            return 0
        rests = 0
        for name in known.functions:
            rests |= self._rests.get(Function(known.module.module, name), 0)
        return rests

    def imported_by(self, file: str) -> Iterator[str]:
        """The files that one imports, directly or through others, and itself."""
        return self._imports.files(self._imports.reached(file))

    def told(self) -> Told:
        """Which files say nothing about resources, and by which words they would come to."""
        words: dict[str, int] = {}
        for table in (self._leading, self._making):
            for word, mask in table.items():
                words[word] = words.get(word, 0) | mask
        quiet: dict[str, int] = {}
        for file, known in self._files.items():
            libraries = self._libraries[file]
            for library in libraries:
                for word in (library, *self._prefilter.words(library)):
                    words[word] = words.get(word, 0) | known.bit
            if not known.active and not libraries and not self.thorough:
                quiet[file] = known.reached
        always = {*self._free, *(name.partition(".")[0] for name in self._catalog.words_of_modules)}
        return Told(words, quiet, frozenset(always), frozenset(self._files))

    # -- growing ------------------------------------------------------------------------------------------------

    def include(self, file: str) -> set[Function]:
        """Look at a file and at all that it imports; the functions that are suspects because of it."""
        trace = self._program.trace
        before = trace.mask
        try:
            return self._include(file)
        finally:
            trace.mask = before

    def _include(self, file: str) -> set[Function]:
        if file not in self._files or self._files[file].stale:
            reached = list(self._imports.files(self._imports.reached(file)))
            for one in reached:
                if one not in self._files:
                    self._open(one)
            for one in reached:
                known = self._files[one]
                if known.stale:
                    known.stale = False
                    self._activate(one, self._initial(one) - known.active)
        return self._settled()

    def handed(self, functions: Iterable[Function]) -> set[Function]:
        """These were found to hand a resource over: the functions that mention them."""
        for function in functions:
            module = self._program.module(function.module)
            if module is None:
                continue
            outer, _, last = function.name.rpartition(".")
            if last.startswith("<lambda"):
                self._lambdas.add(function)
                self._suspect(self._files[self._program.file_of(module)], module, outer or MODULE_BODY)
            else:
                self._lead(own_name(function.name), self._imports.bit(self._program.file_of(module)))
                if last in ("__enter__", "__aenter__", "__call__", "__exit__", "__aexit__", "__iter__", "__aiter__"):
                    self._make(own_name(function.name), self._imports.bit(self._program.file_of(module)))
        return self._settled()

    def _settled(self) -> set[Function]:
        trace = self._program.trace
        while self._news or self._unread:
            while self._news:
                name, bit = self._news.pop()
                for file, known in self._files.items():
                    if known.reached & bit and name in known.words:
                        self._activate(file, {name})
            unread, self._unread = sorted(set(self._unread), key=lambda one: (one.module, one.name)), []
            for function in unread:
                before, trace.mask = trace.mask, 0
                self._read(function)
                self._rests[function] = self._rests.get(function, 0) | trace.mask
                trace.mask = before
        touched, self._touched = self._touched, set()
        return touched

    def _lead(self, name: str, bit: int) -> None:
        before = self._leading.get(name, 0)
        if not before & bit and not name.startswith("<"):
            self._leading[name] = before | bit
            self._news.append((name, bit))

    def _make(self, name: str, bit: int) -> None:
        before = self._making.get(name, 0)
        if not before & bit:
            self._making[name] = before | bit
            self._news.append((name, bit))

    def _open(self, file: str) -> None:
        text = self._program.text_at(file) or ""
        data = text.encode("utf-8", "replace")
        words = frozenset(identifiers(data).decode("utf-8", "replace").split())
        own = self._vocabulary.of(words)
        self._libraries[file] = frozenset(self._prefilter.libraries(data, words))
        self._files[file] = _File(self._imports.bit(file), self._imports.reached(file), own)
        self._files[file].stale = True

    def _initial(self, file: str) -> set[str]:
        known = self._files[file]
        given = self._given_by.get(known.reached)
        if given is None:
            libraries: set[str] = set()
            for one in self._imports.files(known.reached):
                libraries |= self._libraries.get(one, frozenset())
            given = self._given_by[known.reached] = self._free.union(*map(self._prefilter.words, libraries))
        found = known.words.among(given)
        found.update(name for name, mask in self._leading.items() if mask & known.reached and name in known.words)
        return found

    def _activate(self, file: str, words: set[str]) -> None:
        """Take the functions of a file that mention one of the words for suspects."""
        known = self._files[file]
        if not words and not self.thorough:
            return
        known.active |= words
        if known.module is None:
            known.module = self._program.module_at(Path(file))
            if known.module is None:
                known.words = self._vocabulary.of(())
                return
        module = known.module
        for name, definition in module.classes.items():
            simple = own_name(name)
            if simple in words or any(base.partition("[")[0].rpartition(".")[2] in words for base in definition.bases):
                self._lead(simple, known.bit)
                naming = {word for word in _OF_CLASSES if word in known.words}
                known.active |= naming
                words = words | naming
        for entry in module.imports:
            if entry.attribute in words and entry.name != entry.attribute:
                self._lead(entry.name, known.bit)
        lines = sorted({line for word in words for line in self._program.lines_with(module, word)})
        for name, (first, last) in module.extents.items():
            at = bisect_left(lines, first)
            if self.thorough or (at < len(lines) and lines[at] <= last):
                self._suspect(known, module, name)

    def _suspect(self, known: _File, module: ModuleIR, name: str) -> None:
        function = Function(module.module, name)
        self._touched.add(function)
        if name not in known.functions:
            known.functions.add(name)
            own = own_name(name)
            self._named[own] = self._named.get(own, 0) | known.bit
        if not self.thorough:
            self._unread.append(function)

    def _read(self, function: Function) -> None:
        """Follow what a suspect puts somewhere without calling it."""
        found = self._resolver.function(function)
        if found is None:
            return
        module, procedure = found
        known = self._files[self._program.file_of(module)]

        def leads(word: str) -> bool:
            return word in known.active and word not in _OF_CLASSES

        def makes(word: str) -> bool:
            return word in self._makers or bool(self._making.get(word, 0) & known.reached)

        def confirmed(operand: str) -> bool:
            found = self._resolver.refs(module, procedure, operand)
            members = self._resolver.elements(module, procedure, operand)
            return any(self._gives(ref, known.reached) for ref in (*found, *members))

        put = carried(procedure, leads, makes, receives=function in self._receiving)
        for name, operand in put.stored:
            # What is active here is so wherever this file is imported.
            if name not in known.active and (operand in put.aliases or confirmed(operand)):
                self._lead(name, known.bit)
        if any(map(confirmed, put.returned)):
            self._lead(own_name(function.name), known.bit)
            self._make(own_name(function.name), known.bit)
        for call, operand in put.passed:
            if confirmed(operand):
                for callee in self._resolver.callees(module, procedure, call):
                    self._receive(callee, known)

    def _gives(self, ref: Ref, reached: int) -> bool:
        """Whether calling or entering what a name stands for gives a resource, as far as is known so far of the files
        that are reached."""
        if isinstance(ref, Partial):
            return self._gives(ref.of, reached)
        if isinstance(ref, (External, Method)):
            return self._catalog.acquisition(ref.name) is not None or ref.name.rpartition(".")[2] in self._makers
        if isinstance(ref, Instance) and isinstance(ref.of, External):
            return self._catalog.acquisition(f"{ref.of.name}.__call__") is not None
        of = ref.of if isinstance(ref, Instance) else ref
        names = self._making if isinstance(ref, Instance) else self._leading
        if isinstance(of, (Class, Function)):
            if of in self._lambdas:
                return True
            module = self._program.module(of.module)
            bit = self._imports.bit(self._program.file_of(module)) if module is not None else 0
            return bool(names.get(own_name(of.name), 0) & bit & reached)
        return False

    def _receive(self, callee: Ref, by: _File) -> None:
        """A function is passed something that gives a resource, in a file that its own one imports: what others pass
        must not change what is seen in it."""
        if isinstance(callee, Partial):
            self._receive(callee.of, by)
        elif isinstance(callee, (Class, Function)):
            plain = Function(callee.module, callee.name if isinstance(callee, Function) else f"{callee.name}.__init__")
            found = self._resolver.function(plain)
            known = self._files.get(self._program.file_of(found[0])) if found is not None else None
            if found is None or known is None or not known.reached & by.bit:
                return
            if plain not in self._receiving:
                self._receiving.add(plain)
                self._suspect(known, found[0], plain.name)
