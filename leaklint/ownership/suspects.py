"""Which functions of a program may come by a resource, told from the words in their text.

Most functions have nothing to do with one, and to lower and resolve them all costs more than to look at those that do.
A function is a suspect if it mentions a word by which a library gives something, where its module reaches that library
through its imports; or the name of a function that was found to hand a resource over, or of what stands for one. The
words are those of the lines that it takes up, less those that only say of what type something is; so nothing is left
out: being a suspect means only to be looked at.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Set
from pathlib import Path

from leaklint.ir import ModuleIR
from leaklint.ownership.carrying import carried, own_name
from leaklint.ownership.known_files import KnownFile, KnownFiles
from leaklint.resolve.definitions import MODULE_BODY
from leaklint.resolve.refs import Class, Function, Partial, Ref
from leaklint.resolve.resolver import Resolver
from leaklint.source.file_words import FileWords

_NAME = re.compile(r"\w+")
_OF_CLASSES = frozenset({"super", "cls", "__class__", "type"})
"""How the methods of a class name it, or the one it inherits from, without its name."""


class Suspects(KnownFiles):
    """Grows with the files that are asked for and with what is found in them."""

    def __init__(self, resolver: Resolver, *, thorough: bool = False) -> None:
        super().__init__(resolver.program, thorough=thorough)
        self._resolver = resolver
        self._fresh = 0
        self._news: list[tuple[str, str, int]] = []
        self._unread: list[Function] = []
        self._touched: set[Function] = set()
        self._bodies: set[Function] = set()
        self._changed: tuple[str, Set[str]] = "", frozenset()

    # -- growing ------------------------------------------------------------------------------------------------

    def include(self, file: str) -> set[Function]:
        """Look at a file and at all that it imports; the functions that are suspects because of it."""
        trace = self.program.trace
        before = trace.mask
        try:
            return self._include(file)
        finally:
            trace.mask = before

    def _include(self, file: str) -> set[Function]:
        if file not in self.files or self.files[file].stale:
            reached = self.imports.reached(file)
            new = list(self.imports.files(reached & ~self._fresh))
            for one in new:
                if one not in self.files:
                    self.open(one)
            for one in new:
                known = self.files[one]
                if known.stale:
                    known.stale = False
                    self._activate(one, self._active_at_first(one) - known.active)
            self._fresh |= reached
            self._look_over(*self._changed)
        return self._settled()

    def handed(self, functions: Iterable[Function]) -> set[Function]:
        """These were found to hand a resource over: the functions that mention them. The bodies of modules and classes,
        which mention whatever stands in them, are left for `bodies`: each link of a long chain would have them read."""
        for function in functions:
            module = self.program.module(function.module)
            if module is None:
                continue
            outer, _, last = function.name.rpartition(".")
            known = self.files[self.program.file_of(module)]
            if last.startswith("<lambda"):
                self.lambdas.add(function)
                known.gives.add(("lambda", f"{function.module}:{function.name}"))
                known.told = False
                self._suspect(known, module, outer or MODULE_BODY)
            else:
                self._lead(own_name(function.name), known)
                if last in ("__enter__", "__aenter__", "__call__", "__exit__", "__aexit__", "__iter__", "__aiter__"):
                    self._make(own_name(function.name), known)
        return self._settled(put_off=True)

    def bodies(self) -> set[Function]:
        """The bodies of modules and classes that mention what was handed over since this was last asked."""
        bodies, self._bodies = self._bodies, set()
        self._unread += bodies
        return bodies | self._settled()

    def _settled(self, *, put_off: bool = False) -> set[Function]:
        trace = self.program.trace
        while self._news or self._unread:
            while self._news:
                self._spread()
            if put_off:
                self._bodies.update(filter(self._is_body, self._unread))
            waiting = set(self._unread) - self._bodies
            # From last to first: those that are analysed first are still at hand then, be there ever so many.
            unread, self._unread = sorted(waiting, key=lambda one: (one.module, one.name), reverse=True), []
            for function in unread:
                before, trace.mask = trace.mask, 0
                self._read(function)
                rested = trace.set_of(self.rests.get(function, 0))
                self.rests[function] = trace.share(rested | trace.mask)
                trace.mask = before
        touched, self._touched = self._touched - self._bodies, set()
        return touched

    def _is_body(self, function: Function) -> bool:
        module = self.program.module(function.module)
        return module is not None and module.signatures[function.name].kind in ("module", "class")

    def _spread(self) -> None:
        """Activate what names came to mean in the files that reach those which give them that meaning."""
        news, self._news = self._news, []
        giving: dict[str, int] = {}
        giving_anew: dict[str, int] = {}
        for kind, name, bit in news:
            giving[name] = giving.get(name, 0) | bit
            giving_anew[name] = giving_anew.get(name, 0) | bit & ~self.meanings.by_kind[kind].before.get(name, 0)
        for file in self.imports.reaching(functools.reduce(int.__or__, giving.values())):
            known = self.files.get(file)
            if known is not None:
                by = giving_anew if known.ways or known.same else giving
                words = {word for word in self._words_in(file, known).among(by) if by[word] & known.reached}
                if words:
                    self._activate(file, words)

    def _lead(self, name: str, known: KnownFile) -> None:
        if not name.startswith("<") and self.meanings.leading.add(name, known.bit):
            known.gives.add(("lead", name))
            known.told = False
            self._news.append(("lead", name, known.bit))

    def _make(self, name: str, known: KnownFile) -> None:
        if self.meanings.make(name, known.bit):
            known.gives.add(("make", name))
            known.told = False
            self._news.append(("make", name, known.bit))

    def _activate(self, file: str, words: set[str]) -> None:
        """Take the functions of a file that mention one of the words for suspects."""
        known = self.files[file]
        if not words and not self.thorough:
            return
        known.active |= words
        known.ways, known.told = b"", False
        if known.module is None:
            known.module = self.program.module_at(Path(file))
            if known.module is None:
                known.read = FileWords(())
                return
        module = known.module
        inheriting, renamed = known.declared
        if not inheriting.keys().isdisjoint(words):
            words = words | self._words_in(file, known).among(_OF_CLASSES)
            known.active |= words
        for table in (inheriting, renamed):
            for word in table.keys() & words:
                for name in table[word]:
                    self._lead(name, known)
        self._suspect_with(words, known, module)

    def _look_over(self, file: str, names: Set[str]) -> None:
        """Suspect those of these procedures that mention what is active in their file."""
        self._changed = "", frozenset()
        known = self.files.get(file)
        if known is None or known.module is None:
            return
        lines = (self.program.text_at(file) or "").split("\n")
        for name in names:
            first, last = known.module.extents[name]
            words = known.active.intersection(_NAME.findall("\n".join(lines[first - 1 : last])))
            if self.thorough or (words and not self._only_types(known.module, name, words, (first, last))):
                self._suspect(known, known.module, name)

    def _suspect_with(self, words: Set[str], known: KnownFile, module: ModuleIR) -> None:
        """Suspect the functions of a module that mention one of the words."""
        if self.thorough:
            names: Iterable[str] = module.extents
        else:
            lines = {line for word in words for line in self.program.lines_with(module, word)}
            found = self.program.standing_on(module, sorted(lines))
            names = (name for name in found if not self._only_types(module, name, words, module.extents[name]))
        for name in names:
            self._suspect(known, module, name)

    def _only_types(self, module: ModuleIR, name: str, words: Set[str], extent: tuple[int, int]) -> bool:
        """Whether a function mentions these words only to say of what type its parameters and its result are. What
        gives something to call, or is called itself, counts all the same."""
        signature = module.signatures[name]
        said = Counter(word for text in signature.types for word in _NAME.findall(text))
        if words.isdisjoint(said) or any("(" in text for text in signature.types):
            return False
        mentioned = {word: self.program.times(module, word, *extent) for word in words}
        return all(not count or (count <= said[word] and word not in self._makers) for word, count in mentioned.items())

    def _suspect(self, known: KnownFile, module: ModuleIR, name: str) -> None:
        function = Function(module.module, name)
        self._touched.add(function)
        if name not in known.functions:
            known.functions.add(name)
            known.ways, known.told = b"", False
            self.meanings.name(own_name(name), known.bit)
        if not self.thorough:
            self._unread.append(function)

    def _read(self, function: Function) -> None:
        """Follow what a suspect puts somewhere without calling it."""
        found = self._resolver.function(function)
        if found is None:
            return
        module, procedure = found
        known = self.files[self.program.file_of(module)]
        known.told = False

        def leads(word: str) -> bool:
            return word in known.active and word not in _OF_CLASSES

        def makes(word: str) -> bool:
            return word in self._makers or bool(self.meanings.making.get(word, 0) & known.reached)

        def confirmed(operand: str) -> bool:
            found = self._resolver.refs(module, procedure, operand)
            members = self._resolver.elements(module, procedure, operand)
            return any(self._is_given(ref, known.reached) for ref in (*found, *members))

        put, leading = carried(procedure, leads, makes, receives=function in self.receiving), self.meanings.leading
        for name, operand in put.stored:
            # What leads to something here does so wherever this file is imported.
            if not leading.get(name, 0) & known.reached and (operand in put.aliases or confirmed(operand)):
                self._lead(name, known)
        if any(map(confirmed, put.returned)):
            self._lead(own_name(function.name), known)
            self._make(own_name(function.name), known)
        for call, operand in put.passed:
            if confirmed(operand):
                for callee in self._resolver.callees(module, procedure, call):
                    self._receive(callee, known)

    def _receive(self, callee: Ref, by: KnownFile) -> None:
        """A function is passed something that gives a resource, in a file that its own one imports: what others pass
        must not change what is seen in it."""
        if isinstance(callee, Partial):
            self._receive(callee.of, by)
        elif isinstance(callee, (Class, Function)):
            plain = Function(callee.module, callee.name if isinstance(callee, Function) else f"{callee.name}.__init__")
            found = self._resolver.function(plain)
            known = self.files.get(self.program.file_of(found[0])) if found is not None else None
            if found is None or known is None or not known.reached & by.bit:
                return
            by.gives.add(("take", f"{plain.module}:{plain.name}"))
            by.told = False
            if plain not in self.receiving:
                self.receiving.add(plain)
                self._suspect(known, found[0], plain.name)

    # -- looking again ------------------------------------------------------------------------------------------

    def unasked(self, file: str) -> set[Function]:
        """The suspects of a file that are known from an earlier run, and were not analysed in this one."""
        known = self.files.get(file)
        if known is None or known.asked:
            return set()
        known.asked = True
        module = self.program.name_at(Path(file))
        return {Function(module, name) for name in known.functions}

    def again(self, functions: Mapping[str, Iterable[str]]) -> set[Function]:
        """Look again at functions that are known from an earlier run, by file."""
        found = set()
        for path, names in functions.items():
            known = self.files.get(path)
            if known is not None:
                known.told = False
                module = self.program.name_at(Path(path))
                found |= {Function(module, name) for name in names if name in known.functions}
        self._unread += found
        return found | self._settled()

    def reconsider(self, told: dict[str, tuple[bytes, bytes]], gone: int) -> set[Function]:
        """The functions known from an earlier run which rest on what is no longer so: which words lead somewhere in a
        file, or what it gives. told: those of each file, updated to what they are now. gone: other facts that are no
        longer so."""
        trace, changed = self.program.trace, gone
        for file, (ways, gives) in told.items():
            now = self.ways(file), self.gives(file)
            if now != (ways, gives):
                changed |= trace.bit(("ways", file)) if now[0] != ways else 0
                changed |= trace.bit(("gives", file)) if now[1] != gives else 0
                told[file] = now
        if not changed:
            return set()
        found = {function for function, rests in self.rests.items() if trace.set_of(rests) & changed}
        self._unread += found
        return found

    # -- with another text for a file ---------------------------------------------------------------------------

    def without(self, file: str, resolver: Resolver, *, resting: int = 0) -> Suspects:
        """The same for a program in which one file has another text: nothing is known of that, and of the others what
        was known, but for what rests on that text. resting: the facts about it, if whoever asks looks again at all
        functions that rest on them, and needs not be told of those that only mention what the file gave before."""
        other = Suspects(resolver, thorough=self.thorough)
        other.imports = self.imports.again(resolver.program, file)
        bit = self.imports.bit(file)
        other.meanings = self.meanings.without(bit)
        other.libraries = self.libraries.copy()
        other.libraries.forget(file, bit)
        for path, known in self.files.items():
            if path != file:
                other.files[path] = known.copy(other.imports.reached(path), bit)
        module = self.program.name_at(Path(file))
        other.receiving = {one for one in self.receiving if one.module != module}
        other.lambdas = set(self.lambdas)
        trace = self.program.trace
        if resting:
            changed = resting | trace.bit(("gives", file))
            for kind, name in self.files[file].gives if file in self.files else ():
                if kind in other.meanings.by_kind:
                    other.meanings.by_kind[kind].add_before(name, bit)
            other._unread = [one for one, mask in self.rests.items() if mask & changed and one.module != module]
        other.rests = {one: mask for one, mask in self.rests.items() if one.module != module}
        return other

    def edited(self, file: str, resolver: Resolver, procedures: Set[str], gone: int) -> Suspects:
        """The same for a program in which nothing of a file has changed but the bodies of some procedures. What words
        led to still counts. gone: the facts that are no longer so."""
        other = Suspects(resolver, thorough=self.thorough)
        other.imports = self.imports.again(resolver.program, file)
        other.meanings = self.meanings.copy()
        other.receiving, other.lambdas = set(self.receiving), set(self.lambdas)
        other.libraries = self.libraries.copy()
        own = self.files.get(file)
        if own is not None:
            other.open(file)
        bit = 0 if other.libraries.of(file) == self.libraries.of(file) else self.imports.bit(file)
        for path, known in self.files.items():
            other.files[path] = known.copy(other.imports.reached(path), bit)
        module = resolver.program.module_at(Path(file))
        if own is not None and module is not None:
            now = other.files[file]
            now.module, now.read, now.stale = module, None, True
            now.functions &= module.signatures.keys()
            other._changed = file, procedures
        other._unread = [one for one, mask in self.rests.items() if mask & gone]
        other.rests = dict(self.rests)
        return other
