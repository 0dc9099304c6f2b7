"""Which functions of a program may come by a resource, told from the words in their text.

Most functions have nothing to do with one, and to lower and resolve them all costs more than to look at those that do.
A function is a suspect if it mentions a word by which a library gives something, where its module reaches that library
through its imports; or the name of a function that was found to hand a resource over, or of what stands for one. The
words are those of the lines that it takes up, less those that only say of what type something is; so nothing is left
out: being a suspect means only to be looked at.
"""

from __future__ import annotations

import builtins
import functools
import itertools
import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence, Set
from pathlib import Path
from typing import Any, NamedTuple

from leaklint.ir import ModuleIR
from leaklint.ownership.carrying import carried, own_name
from leaklint.ownership.effects import Effect
from leaklint.ownership.libraries import Libraries
from leaklint.ownership.meanings import Meaning
from leaklint.ownership.survey import Gift, Survey, Surveyed, digest, gives_digest
from leaklint.ownership.vocabulary import Vocabulary, Words
from leaklint.resolve.definitions import MODULE_BODY
from leaklint.resolve.importing import Imports
from leaklint.resolve.program import Imported
from leaklint.resolve.refs import Class, External, Function, Instance, Method, Partial, Ref
from leaklint.resolve.resolver import Resolver
from leaklint.resolve.trace import Rests, Trace
from leaklint.source.occurrences import Use, use_of
from leaklint.source.prefilter import Prefilter, identifiers

_NAME = re.compile(r"\w+")
_OF_CLASSES = frozenset({"super", "cls", "__class__", "type"})
"""How the methods of a class name it, or the one it inherits from, without its name."""


class Known(NamedTuple):
    """What an earlier run tells of a function: the facts that this rests on, whether it comes by no resource, and what
    a call of it does, where it was interpreted."""

    function: Function
    rests: Any
    idle: bool
    effect: Effect | None


class _File:
    """What is known of one file that was looked at.

    reached: the files that it imports, as a mask. active: the words in it that make a function a suspect. gives: what
    it gives to those that import it. read: its identifiers, once they were needed. stale: it may reach others than
    `active` tells of. ways: what they were in an earlier run, as long as nothing tells otherwise. asked: whether its
    suspects were named to be analysed. told: whether the last survey had all of this. same: whether all this was found
    in the same text, before that of another file changed.
    """

    def __init__(self, bit: int, reached: int, read: Words | None) -> None:
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

    def copy(self, reached: int, changed: int) -> _File:
        """The same for a program in which the file may reach others, and the text of some (a mask) has changed."""
        other = _File(self.bit, reached, self.read)
        other.active = set(self.active)
        other.functions, other.module = set(self.functions), self.module
        other.gives = set(self.gives)
        other.stale = self.stale or reached != self.reached or bool(reached & changed)
        other.same = reached == self.reached
        return other


class Suspects:
    """Grows with the files that are asked for and with what is found in them. vocabulary: of all words that are kept.
    thorough: suspect every function."""

    def __init__(self, resolver: Resolver, vocabulary: Vocabulary | None = None, *, thorough: bool = False) -> None:
        self.thorough = thorough
        self._resolver = resolver
        self._program = program = resolver.program
        self._catalog = catalog = program.catalog
        self._imports = Imports(program)
        self._prefilter = Prefilter(catalog.taking_words, catalog.free_words)
        self._free = catalog.free_words
        self._makers = catalog.maker_words
        self._files: dict[str, _File] = {}
        self._vocabulary = vocabulary if vocabulary is not None else Vocabulary()
        self._libraries = Libraries(self._prefilter, self._free)
        self._fresh = 0
        self._mean(Meaning(), Meaning(), Meaning())
        self._news: list[tuple[str, str, int]] = []
        self._receiving: set[Function] = set()
        self._lambdas: set[Class | Function] = set()
        self._unread: list[Function] = []
        self._touched: set[Function] = set()
        self._rests: Rests = {}
        self._turned: dict[str, int] | None = None
        self._changed: tuple[str, Set[str]] = "", frozenset()

    def _mean(self, leading: Meaning, making: Meaning, named: Meaning) -> None:
        """Take these for the words that lead to a resource, those whose result does, and the names of suspects."""
        self._leading, self._making, self._named = leading, making, named
        self._meanings = {"lead": leading, "make": making, "name": named}

    def without(self, file: str, resolver: Resolver, *, resting: int = 0) -> Suspects:
        """The same for a program in which one file has another text: nothing is known of that, and of the others what
        was known, but for what rests on that text. resting: the facts about it, if whoever asks looks again at all
        functions that rest on them, and needs not be told of those that only mention what the file gave before."""
        other = Suspects(resolver, self._vocabulary, thorough=self.thorough)
        other._imports = self._imports.again(resolver.program, file)
        bit = self._imports.bit(file)
        other._mean(self._leading.without(bit), self._making.without(bit), self._named.without(bit))
        other._libraries = self._libraries.copy()
        other._libraries.forget(file, bit)
        for path, known in self._files.items():
            if path != file:
                other._files[path] = known.copy(other._imports.reached(path), bit)
        module = self._program.name_at(Path(file))
        other._receiving = {one for one in self._receiving if one.module != module}
        other._lambdas = set(self._lambdas)
        trace = self._program.trace
        if resting:
            changed = resting | trace.bit(("gives", file))
            for kind, name in self._files[file].gives if file in self._files else ():
                if kind in other._meanings:
                    other._meanings[kind].add_before(name, bit)
            other._unread = [one for one, mask in self._rests.items() if mask & changed and one.module != module]
        other._rests = {one: mask for one, mask in self._rests.items() if one.module != module}
        return other

    def edited(self, file: str, resolver: Resolver, procedures: Set[str], gone: int) -> Suspects:
        """The same for a program in which nothing of a file has changed but the bodies of some procedures. What words
        led to still counts. gone: the facts that are no longer so."""
        other = Suspects(resolver, self._vocabulary, thorough=self.thorough)
        other._imports = self._imports.again(resolver.program, file)
        other._mean(Meaning(self._leading), Meaning(self._making), Meaning(self._named))
        other._receiving, other._lambdas = set(self._receiving), set(self._lambdas)
        other._libraries = self._libraries.copy()
        own = self._files.get(file)
        if own is not None:
            other._open(file)
        bit = 0 if other._libraries.of(file) == self._libraries.of(file) else self._imports.bit(file)
        for path, known in self._files.items():
            other._files[path] = known.copy(other._imports.reached(path), bit)
        module = resolver.program.module_at(Path(file))
        if own is not None and module is not None:
            now = other._files[file]
            now.module, now.read, now.stale = module, None, True
            now.functions &= module.signatures.keys()
            other._changed = file, procedures
        other._unread = [one for one, mask in self._rests.items() if mask & gone]
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
        return file in self._files and not self._files[file].stale

    def reaches(self, file: str, other: str) -> bool:
        """Whether a file that was asked for imports another, directly or through others."""
        return bool(self._files[file].reached & self._imports.bit(other))

    def words_of(self, file: str) -> Container[str] | None:
        """The identifiers in a file, where they are known."""
        known = self._files.get(file)
        return known.read if known is not None else None

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

    def unsure(self) -> list[str]:
        """The files in which other words may be active than is known."""
        return sorted(file for file, known in self._files.items() if known.stale)

    def unasked(self, file: str) -> set[Function]:
        """The suspects of a file that are known from an earlier run, and were not analysed in this one."""
        known = self._files.get(file)
        if known is None or known.asked:
            return set()
        known.asked = True
        module = self._program.name_at(Path(file))
        return {Function(module, name) for name in known.functions}

    def ways(self, file: str) -> bytes:
        """A digest of what decides, beside its own text, how a file is looked at: its words that lead to a resource or
        name a suspect elsewhere, and its own suspects."""
        known = self._files.get(file)
        if known is None:
            return b""
        if known.ways and not self._differs(file, known):
            return known.ways
        words = self._words_in(file, known)
        tables = (self._named, self._making)
        others = {word for table in tables for word in words.among(table) if table[word] & known.reached}
        return digest((*sorted(known.active | others), "", *sorted(known.functions)))

    def gives(self, file: str) -> bytes:
        """A digest of what a file gives to those that import it."""
        known = self._files.get(file)
        return gives_digest(known.gives) if known is not None else b""

    def _differs(self, file: str, known: _File) -> bool:
        """Whether other names mean something in a file than did when its ways were found."""
        if self._turned is None:
            self._turned = {}
            for name, changed in (*self._named.turned(), *self._making.turned()):
                self._turned[name] = self._turned.get(name, 0) | changed
        return known.stale or any(
            mask & known.reached and name in self._words_in(file, known) for name, mask in self._turned.items()
        )

    def reconsider(self, told: dict[str, tuple[bytes, bytes]], trace: Trace, gone: int) -> set[Function]:
        """The functions known from an earlier run which rest on what is no longer so: which words lead somewhere in a
        file, or what it gives. told: those of each file, updated to what they are now. gone: other facts that are no
        longer so."""
        changed = gone
        for file, (ways, gives) in told.items():
            now = self.ways(file), self.gives(file)
            if now != (ways, gives):
                changed |= trace.bit(("ways", file)) if now[0] != ways else 0
                changed |= trace.bit(("gives", file)) if now[1] != gives else 0
                told[file] = now
        if not changed:
            return set()
        set_of = self._program.trace.set_of
        found = {function for function, rests in self._rests.items() if set_of(rests) & changed}
        self._unread += found
        return found

    def _outlived(self, known: _File) -> bool:
        """Whether something is active in a file only because of what others gave in an earlier run."""
        lost = itertools.chain(self._leading.lost(), self._making.lost())
        return known.stale or any(mask & known.reached and name in known.active for name, mask in lost)

    # -- from run to run ----------------------------------------------------------------------------------------

    def survey(
        self,
        idle: Container[Function],
        settled: Callable[[Function], int],
        effect: Callable[[Function], Effect | None],
    ) -> Survey:
        """What was found out since this was last asked, to go on from in another run. idle: the functions that come by
        no resource. settled: the facts that a function's analysis rests on. effect: what a call of one does, where it
        was interpreted."""
        trace = self._program.trace
        files = {}
        words: dict[str, Sequence[str]] = {}
        for file, known in self._files.items():
            if known.told:
                continue
            known.told = True
            libraries = self._libraries.of(file)
            words.update({one: sorted({one, *self._prefilter.words(one)}) for one in libraries if one not in words})
            module = self._program.name_at(Path(file)) if known.functions else ""
            suspects, resting = {}, []
            effects: dict[str, tuple[bytes, bytes]] = {}
            for name in sorted(known.functions):
                function = Function(module, name)
                rested = trace.set_of(self._rests.get(function, 0))
                suspects[name] = trace.share(rested | settled(function))
                if function in idle:
                    resting.append(name)
                found = effect(function)
                if found is not None:
                    effects[name] = found
            said, rests = self._program.known_imports(file)
            active, gives = sorted(known.active), sorted(known.gives)
            ways = b"" if self._outlived(known) else self.ways(file)
            files[file] = Surveyed(
                sorted(libraries), *said, rests, known.reached, active, gives, suspects, ways, resting, effects
            )
        always = self._free | self._catalog.tops
        return Survey(list(self._imports.order), files, words, always)

    def recall(self, survey: Survey, stale: Container[str], again: Mapping[str, Container[str]]) -> Iterator[Known]:
        """Go on from a survey of an earlier run, but for some files, and functions of others, that are to be looked at
        anew. Gives those functions of which something is known."""
        for path in survey.order:
            self._imports.bit(path)
        for path, one in survey.files.items():
            if one.ways and path not in stale:
                said = Imported(tuple(one.imports), one.stated, tuple(one.passed))
                self._program.recall_imports(path, said, one.rests)
        turned = 0
        for path, one in survey.files.items():
            bit = self._imports.bit(path)
            for kind, name in (*one.gives, *[("name", own_name(name)) for name in one.suspects]):
                if kind in self._meanings:
                    self._meanings[kind].add_before(name, bit)
            if path in stale:
                self._open(path)
                said = self._program.imports_at(path)
                was = frozenset(one.libraries), tuple(one.imports), tuple(one.passed)
                if (self._libraries.of(path), said.files, said.passed) != was:
                    turned |= bit
        for path, one in survey.files.items():
            if one.ways and path not in stale:
                yield from self._recall(path, one, turned, again.get(path, ()))

    def _recall(self, path: str, one: Surveyed, turned: int, again: Container[str]) -> Iterator[Known]:
        bit, reached = self._imports.bit(path), self._imports.reached(path)
        known = self._files[path] = _File(bit, reached, None)
        known.active, known.functions, known.gives = set(one.active), set(one.suspects), set(one.gives)
        known.ways, known.told, known.asked = one.ways, True, not one.suspects
        known.stale = bool(turned & reached)
        self._libraries.note(path, bit, one.libraries)
        for kind, name in one.gives:
            if kind in self._meanings:
                self._meanings[kind].add(name, bit)
            elif kind == "take":
                self._receiving.add(_function(name))
            else:
                self._lambdas.add(_function(name))
        module = self._program.name_at(Path(path)) if one.suspects else ""
        for name, rests in one.suspects.items():
            self._named.add(own_name(name), bit)
            if name not in again:
                function = Function(module, name)
                self._rests[function] = self._program.trace.share(rests)
                effect = Effect(*one.effects[name]) if name in one.effects else None
                if name in one.idle or effect is not None:
                    yield Known(function, self._rests[function], name in one.idle, effect)

    def again(self, functions: Mapping[str, Iterable[str]]) -> set[Function]:
        """Look again at functions that are known from an earlier run, by file."""
        found = set()
        for path, names in functions.items():
            known = self._files.get(path)
            if known is not None:
                known.told = False
                module = self._program.name_at(Path(path))
                found |= {Function(module, name) for name in names if name in known.functions}
        self._unread += found
        return found | self._settled()

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
            reached = self._imports.reached(file)
            new = list(self._imports.files(reached & ~self._fresh))
            for one in new:
                if one not in self._files:
                    self._open(one)
            for one in new:
                known = self._files[one]
                if known.stale:
                    known.stale = False
                    self._activate(one, self._initial(one) - known.active)
            self._fresh |= reached
            self._look_over(*self._changed)
        return self._settled()

    def handed(self, functions: Iterable[Function]) -> set[Function]:
        """These were found to hand a resource over: the functions that mention them."""
        for function in functions:
            module = self._program.module(function.module)
            if module is None:
                continue
            outer, _, last = function.name.rpartition(".")
            known = self._files[self._program.file_of(module)]
            if last.startswith("<lambda"):
                self._lambdas.add(function)
                known.gives.add(("lambda", f"{function.module}:{function.name}"))
                known.told = False
                self._suspect(known, module, outer or MODULE_BODY)
            else:
                self._lead(own_name(function.name), known)
                if last in ("__enter__", "__aenter__", "__call__", "__exit__", "__aexit__", "__iter__", "__aiter__"):
                    self._make(own_name(function.name), known)
        return self._settled()

    def _settled(self) -> set[Function]:
        trace = self._program.trace
        while self._news or self._unread:
            while self._news:
                self._spread()
            unread, self._unread = sorted(set(self._unread), key=lambda one: (one.module, one.name)), []
            for function in unread:
                before, trace.mask = trace.mask, 0
                self._read(function)
                rested = trace.set_of(self._rests.get(function, 0))
                self._rests[function] = trace.share(rested | trace.mask)
                trace.mask = before
        touched, self._touched = self._touched, set()
        return touched

    def _spread(self) -> None:
        """Activate what names came to mean in the files that reach those which give them that meaning."""
        news, self._news = self._news, []
        giving: dict[str, int] = {}
        giving_anew: dict[str, int] = {}
        for kind, name, bit in news:
            giving[name] = giving.get(name, 0) | bit
            giving_anew[name] = giving_anew.get(name, 0) | bit & ~self._meanings[kind].before.get(name, 0)
        for file in self._imports.reaching(functools.reduce(int.__or__, giving.values())):
            known = self._files.get(file)
            if known is not None:
                by = giving_anew if known.ways or known.same else giving
                words = {word for word in self._words_in(file, known).among(by) if by[word] & known.reached}
                if words:
                    self._activate(file, words)

    def _lead(self, name: str, known: _File) -> None:
        if not name.startswith("<") and self._leading.add(name, known.bit):
            known.gives.add(("lead", name))
            known.told = False
            self._news.append(("lead", name, known.bit))

    def _make(self, name: str, known: _File) -> None:
        if self._making.add(name, known.bit):
            known.gives.add(("make", name))
            known.told = False
            self._turned = None
            self._news.append(("make", name, known.bit))

    def _words_in(self, file: str, known: _File) -> Words:
        if known.read is None:
            text = self._program.text_at(file) or ""
            known.read = self._vocabulary.of(identifiers(text.encode("utf-8", "replace")))
        return known.read

    def _open(self, file: str) -> None:
        text = self._program.text_at(file) or ""
        data = text.encode("utf-8", "replace")
        words = frozenset(identifiers(data))
        own = self._vocabulary.of(words)
        bit = self._imports.bit(file)
        self._libraries.note(file, bit, self._prefilter.libraries(data, words))
        self._files[file] = _File(bit, self._imports.reached(file), own)
        self._files[file].stale = True

    def _initial(self, file: str) -> set[str]:
        known = self._files[file]
        words = self._words_in(file, known)
        found = words.among(self._libraries.words(known.reached))
        if not self.thorough:
            found = self._taking(file, found)
        found.update(name for name in words.among(self._leading) if self._leading[name] & known.reached)
        return found

    def _taking(self, file: str, words: Set[str]) -> set[str]:
        """Those of a library's words that may stand for what the library gives: a plain name does where the file
        imports it from a library, or from a file that passes such names on. What the project itself calls so leads to a
        resource only if it is found to hand one over."""
        text = self._program.text_at(file) or ""
        anywhere = {word for word in words if word in self._free or hasattr(builtins, word)}
        uses = {word: use_of(text, word) for word in words if word not in anywhere}
        taking = self._program.imports_taking(file, (word for word, use in uses.items() if use == Use.NAME))
        return anywhere | taking | {word for word, use in uses.items() if use == Use.VALUE}

    def _activate(self, file: str, words: set[str]) -> None:
        """Take the functions of a file that mention one of the words for suspects."""
        known = self._files[file]
        if not words and not self.thorough:
            return
        known.active |= words
        known.ways, known.told = b"", False
        if known.module is None:
            known.module = self._program.module_at(Path(file))
            if known.module is None:
                known.read = self._vocabulary.of(())
                return
        module = known.module
        for name, definition in module.classes.items():
            simple = own_name(name)
            if simple in words or any(base.partition("[")[0].rpartition(".")[2] in words for base in definition.bases):
                self._lead(simple, known)
                more = self._words_in(file, known).among(_OF_CLASSES)
                known.active |= more
                words = words | more
        for entry in module.imports:
            if entry.attribute in words and entry.name != entry.attribute:
                self._lead(entry.name, known)
        self._suspect_with(words, known, module)

    def _look_over(self, file: str, names: Set[str]) -> None:
        """Suspect those of these procedures that mention what is active in their file."""
        self._changed = "", frozenset()
        known = self._files.get(file)
        if known is None or known.module is None:
            return
        lines = (self._program.text_at(file) or "").split("\n")
        for name in names:
            first, last = known.module.extents[name]
            words = known.active.intersection(_NAME.findall("\n".join(lines[first - 1 : last])))
            if self.thorough or (words and not self._only_types(known.module, name, words, (first, last))):
                self._suspect(known, known.module, name)

    def _suspect_with(self, words: Set[str], known: _File, module: ModuleIR) -> None:
        """Suspect the functions of a module that mention one of the words."""
        if self.thorough:
            names: Iterable[str] = module.extents
        else:
            lines = {line for word in words for line in self._program.lines_with(module, word)}
            found = self._program.standing_on(module, sorted(lines))
            names = (name for name in found if not self._only_types(module, name, words, module.extents[name]))
        for name in names:
            self._suspect(known, module, name)

    def _only_types(self, module: ModuleIR, name: str, words: Set[str], extent: tuple[int, int]) -> bool:
        """Whether a function mentions these words only to say of what type its parameters and its result are. What
        gives something to call, or is called itself, counts all the same."""
        signature = module.signatures[name]
        types = [*(parameter.annotation for parameter in signature.parameters), signature.returns]
        said = Counter(word for text in types for word in _NAME.findall(text))
        if words.isdisjoint(said) or any("(" in text for text in types):
            return False
        mentioned = {word: self._program.times(module, word, *extent) for word in words}
        return all(not count or (count <= said[word] and word not in self._makers) for word, count in mentioned.items())

    def _suspect(self, known: _File, module: ModuleIR, name: str) -> None:
        function = Function(module.module, name)
        self._touched.add(function)
        if name not in known.functions:
            known.functions.add(name)
            known.ways, known.told = b"", False
            self._named.add(own_name(name), known.bit)
            self._turned = None
        if not self.thorough:
            self._unread.append(function)

    def _read(self, function: Function) -> None:
        """Follow what a suspect puts somewhere without calling it."""
        found = self._resolver.function(function)
        if found is None:
            return
        module, procedure = found
        known = self._files[self._program.file_of(module)]
        known.told = False

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
            # What leads to something here does so wherever this file is imported.
            if not self._leading.get(name, 0) & known.reached and (operand in put.aliases or confirmed(operand)):
                self._lead(name, known)
        if any(map(confirmed, put.returned)):
            self._lead(own_name(function.name), known)
            self._make(own_name(function.name), known)
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
            bit = 0
            if module is not None:
                file = self._program.file_of(module)
                bit = self._imports.bit(file)
                self._program.trace.note(("gives", file))
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
            by.gives.add(("take", f"{plain.module}:{plain.name}"))
            by.told = False
            if plain not in self._receiving:
                self._receiving.add(plain)
                self._suspect(known, found[0], plain.name)


def _function(name: str) -> Function:
    module, _, own = name.rpartition(":")
    return Function(module, own)
