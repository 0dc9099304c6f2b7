"""What is known of the files of a program: which words in them lead to a resource, and which functions are suspects."""

from __future__ import annotations

import builtins
from collections import defaultdict
from collections.abc import Container, Mapping, Set
from typing import NamedTuple

from leaklint.ir import ModuleIR
from leaklint.ownership.carrying import own_name
from leaklint.ownership.libraries import Libraries
from leaklint.ownership.meanings import Meanings
from leaklint.ownership.survey import Gift, digest, gives_digest
from leaklint.resolve.importing import Imports
from leaklint.resolve.program import Program
from leaklint.resolve.refs import Class, External, Function, Instance, Method, Partial, Ref
from leaklint.resolve.trace import Rests
from leaklint.source.file_words import FileWords
from leaklint.source.occurrences import Use, use_of
from leaklint.source.prefilter import Prefilter, identifiers


class _Declared(NamedTuple):
    """What the declarations of a module say of names. inheriting: a name -> the classes called so, or inheriting from
    something called so. renamed: what is imported -> the other names that it gets."""

    inheriting: Mapping[str, list[str]]
    renamed: Mapping[str, list[str]]

    @classmethod
    def of(cls, module: ModuleIR) -> _Declared:
        found = cls(defaultdict(list), defaultdict(list))
        for name, definition in module.classes.items():
            simple = own_name(name)
            bases = (base.partition("[")[0].rpartition(".")[2] for base in definition.bases)
            for word in {simple, *bases}:
                found.inheriting[word].append(simple)
        for entry in module.imports:
            if entry.name != entry.attribute:
                found.renamed[entry.attribute].append(entry.name)
        return found


class KnownFile:
    """What is known of one file that was looked at.

    reached: the files that it imports, as a mask. active: the words in it that make a function a suspect. functions:
    the names of its suspects. gives: what it gives to those that import it. read: its identifiers, once they were
    needed. stale: it may reach others than `active` tells of. ways: what they were in an earlier run, as long as
    nothing tells otherwise. asked: whether its suspects were named to be analysed. told: whether the last survey had
    all of this. same: whether all this was found in the same text, before that of another file changed.
    """

    def __init__(self, bit: int, reached: int, read: FileWords | None) -> None:
        self.bit = bit
        self.reached = reached
        self.read = read
        self.active: set[str] = set()
        self.functions: set[str] = set()
        self.gives: set[Gift] = set()
        self.module: ModuleIR | None = None
        self.stale = False
        self.ways = b""
        self.asked = True
        self.told = False
        self.same = False
        self._declared: _Declared | None = None

    @property
    def declared(self) -> _Declared:
        """What its declarations say of names."""
        if self._declared is None:
            assert self.module is not None
            self._declared = _Declared.of(self.module)
        return self._declared

    def copy(self, reached: int, changed: int) -> KnownFile:
        """The same for a program in which the file may reach others, and the text of some (a mask) has changed."""
        other = KnownFile(self.bit, reached, self.read)
        other.active = set(self.active)
        other.functions, other.module = set(self.functions), self.module
        other.gives = set(self.gives)
        other.stale = self.stale or reached != self.reached or bool(reached & changed)
        other.same = reached == self.reached
        return other


class KnownFiles:
    """files: by absolute path. libraries: that they name. meanings: of the words that they give to each other.
    receiving: the functions that are passed something that gives a resource. lambdas: those that hand one over. rests:
    the facts that what is known of each suspect rests on. thorough: every function is a suspect."""

    def __init__(self, program: Program, *, thorough: bool = False) -> None:
        self.thorough = thorough
        self.program = program
        self.catalog = catalog = program.catalog
        self.imports = Imports(program)
        self.prefilter = Prefilter(catalog.taking_words, catalog.free_words)
        self._free = catalog.free_words
        self._makers = catalog.maker_words
        self.files: dict[str, KnownFile] = {}
        self.libraries = Libraries(self.prefilter, self._free)
        self.meanings = Meanings()
        self.receiving: set[Function] = set()
        self.lambdas: set[Class | Function] = set()
        self.rests: Rests = {}

    # -- of files -----------------------------------------------------------------------------------------------

    def includes(self, file: str) -> bool:
        """Whether the file was asked for, or is imported by one that was."""
        return file in self.files and not self.files[file].stale

    def reaches(self, file: str, other: str) -> bool:
        """Whether a file that was asked for imports another, directly or through others."""
        return bool(self.files[file].reached & self.imports.bit(other))

    def words_of(self, file: str) -> Container[str] | None:
        """The identifiers in a file, where they are known."""
        known = self.files.get(file)
        return known.read if known is not None else None

    def matters(self, file: str) -> bool:
        """Whether a file that was asked for has suspects."""
        known = self.files.get(file)
        return known is not None and (self.thorough or bool(known.active))

    def unsure(self) -> list[str]:
        """The files in which other words may be active than is known."""
        return sorted(file for file, known in self.files.items() if known.stale)

    def ways(self, file: str) -> bytes:
        """A digest of what decides, beside its own text, how a file is looked at: its words that lead to a resource or
        name a suspect elsewhere, and its own suspects."""
        known = self.files.get(file)
        if known is None:
            return b""
        if known.ways and not self._differs(file, known):
            return known.ways
        words = self._words_in(file, known)
        tables = (self.meanings.named, self.meanings.making)
        others = {
            word for table in tables for word in words.among_numbered(table.by_number) if table[word] & known.reached
        }
        return digest((*sorted(known.active | others), "", *sorted(known.functions)))

    def gives(self, file: str) -> bytes:
        """A digest of what a file gives to those that import it."""
        known = self.files.get(file)
        return gives_digest(known.gives) if known is not None else b""

    def _differs(self, file: str, known: KnownFile) -> bool:
        """Whether other names mean something in a file than did when its ways were found."""
        return known.stale or any(
            mask & known.reached and name in self._words_in(file, known)
            for name, mask in self.meanings.turned().items()
        )

    def tell_again(self, file: str) -> None:
        """More was found out about a file than the last survey had."""
        if file in self.files:
            self.files[file].told = False

    # -- of functions -------------------------------------------------------------------------------------------

    def has(self, function: Function) -> bool:
        """Whether a function of a file that was asked for is a suspect."""
        module = self.program.module(function.module)
        known = self.files.get(self.program.file_of(module)) if module is not None else None
        return known is not None and function.name in known.functions

    def functions(self, file: str) -> Container[str]:
        """The names of the suspects in a file that was asked for."""
        known = self.files.get(file)
        return known.functions if known is not None else ()

    # -- of words -----------------------------------------------------------------------------------------------

    def may_name(self, module: ModuleIR, word: str) -> bool:
        """Whether a suspect, or a way to one, may be called by this name in a module."""
        known = self.files.get(self.program.file_of(module))
        if self.thorough or known is None or word in known.active:
            return True
        return bool(self.meanings.named.get(word, 0) & known.reached)

    def is_active(self, module: ModuleIR, word: str) -> bool:
        """Whether a name leads to a resource in a module."""
        known = self.files.get(self.program.file_of(module))
        return self.thorough or known is None or word in known.active

    def _is_given(self, ref: Ref, reached: int) -> bool:
        """Whether calling or entering what a name stands for gives a resource, as far as is known so far of the files
        that are reached."""
        if isinstance(ref, Partial):
            return self._is_given(ref.of, reached)
        if isinstance(ref, (External, Method)):
            return self.catalog.acquisition(ref.name) is not None or ref.name.rpartition(".")[2] in self._makers
        if isinstance(ref, Instance) and isinstance(ref.of, External):
            return self.catalog.acquisition(f"{ref.of.name}.__call__") is not None
        of = ref.of if isinstance(ref, Instance) else ref
        names = self.meanings.making if isinstance(ref, Instance) else self.meanings.leading
        if isinstance(of, (Class, Function)):
            if of in self.lambdas:
                return True
            module = self.program.module(of.module)
            bit = 0
            if module is not None:
                file = self.program.file_of(module)
                bit = self.imports.bit(file)
                self.program.trace.note(("gives", file))
            return bool(names.get(own_name(of.name), 0) & bit & reached)
        return False

    # -- their text ---------------------------------------------------------------------------------------------

    def open(self, file: str) -> None:
        """Look at the words of a file. What they lead to is found later."""
        text = self.program.text_at(file) or ""
        data = text.encode("utf-8", "replace")
        words = frozenset(identifiers(data))
        own = FileWords(words)
        bit = self.imports.bit(file)
        self.libraries.note(file, bit, self.prefilter.libraries(data, words))
        self.files[file] = KnownFile(bit, self.imports.reached(file), own)
        self.files[file].stale = True

    def _words_in(self, file: str, known: KnownFile) -> FileWords:
        if known.read is None:
            text = self.program.text_at(file) or ""
            known.read = FileWords(identifiers(text.encode("utf-8", "replace")))
        return known.read

    def _active_at_first(self, file: str) -> set[str]:
        """The words in a file that lead to a resource, by the libraries and names that it reaches."""
        known = self.files[file]
        words = self._words_in(file, known)
        found = words.among(self.libraries.words(known.reached))
        if not self.thorough:
            found = self._taking(file, found)
        leading = self.meanings.leading
        found.update(name for name in words.among_numbered(leading.by_number) if leading[name] & known.reached)
        return found

    def _taking(self, file: str, words: Set[str]) -> set[str]:
        """Those of a library's words that may stand for what the library gives: a plain name does where the file
        imports it from a library, or from a file that passes such names on. What the project itself calls so leads to a
        resource only if it is found to hand one over."""
        text = self.program.text_at(file) or ""
        anywhere = {word for word in words if word in self._free or hasattr(builtins, word)}
        uses = {word: use_of(text, word) for word in words if word not in anywhere}
        taking = self.program.imports_taking(file, (word for word, use in uses.items() if use == Use.NAME))
        return anywhere | taking | {word for word, use in uses.items() if use == Use.VALUE}
