"""Whole-program analysis: procedures are interpreted callees first, and their summaries kept.

Recursive functions share a component of the call graph; they are interpreted again until their summaries stay the
same, a few times at most.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from leaklint import ir
from leaklint.catalog import Acquired, Catalog
from leaklint.garbage import dissolve
from leaklint.ownership import surveying
from leaklint.ownership.acquiring import acquires
from leaklint.ownership.asking import Asking
from leaklint.ownership.classes import field_releases, finalizes
from leaklint.ownership.components import components
from leaklint.ownership.declared import Declared
from leaklint.ownership.differing import Difference
from leaklint.ownership.effects import Effect, Effects, effect_of
from leaklint.ownership.interpreted import Interpretations, moved
from leaklint.ownership.lifecycle import Lifecycle
from leaklint.ownership.outcomes import hands_over
from leaklint.ownership.procedure import NOTHING, Result, plain
from leaklint.ownership.summary import BOTTOM, OPAQUE, Summary
from leaklint.ownership.survey import Survey, gives_digest
from leaklint.ownership.suspects import Suspects
from leaklint.ownership.traits import is_quiet_before_yield, names_release, passes_on, touches_given
from leaklint.ownership.vocabulary import Vocabulary
from leaklint.ownership.words import Words
from leaklint.resolve.callgraph import calls as callees_of
from leaklint.resolve.program import Program
from leaklint.resolve.refs import Class, Function, Ref
from leaklint.resolve.resolver import Resolver
from leaklint.resolve.trace import Fact, Rests, lasting

V = TypeVar("V")
MOST_ROUNDS = 3
MOST_ANSWERS = 60_000
"""What the resolver remembers from file to file, some 20 MB."""
FEW_FILES = 100
"""Files that need what was forgotten once more, if they make up for all of it."""
_OF_CLASSES = frozenset({"released", "fields"})
"""Kinds of questions about classes, whose answers take much room."""
_OF_SETTLING = frozenset({"callees", "takes"})
"""Kinds of questions that settling a function asks again."""
_OF_FUNCTIONS = frozenset({"idle", "effect", "plain"})
"""Kinds of facts that are what came of functions."""


class Analysis:
    """The knowledge that grows while a program is analysed. remembering: keep what results rest on, so that they can
    be taken over by the analysis of a program in which a file has another text. keeping: of that, only what procedures
    were interpreted for, which costs nothing but room."""

    def __init__(
        self,
        program: Program,
        resolver: Resolver,
        catalog: Catalog,
        *,
        strict: bool = False,
        thorough: bool = False,
        remembering: bool = False,
        keeping: bool = False,
        suspects: Suspects | None = None,
        vocabulary: Vocabulary | None = None,
    ) -> None:
        self.program = program
        self.remembering = remembering
        self.keeping = keeping or remembering
        self.suspects = suspects if suspects is not None else Suspects(resolver, vocabulary, thorough=thorough)
        self.resolver = resolver
        self.catalog = catalog
        self.words = Words(catalog, strict=strict)
        self._declared = Declared(catalog, program, resolver)
        self.lifecycle = Lifecycle(catalog, resolver)
        self.results: dict[Function, Result] = {}
        # Interpreted for what they do with their arguments; a call that hands over nothing does not see that.
        self._taking_nothing: set[Function] = set()
        self._guesses: dict[Function, Summary] = {}
        self.rests: Rests = {}
        self._trace = program.trace
        self._depths: dict[Function, int] = {}
        # The answers to what was asked once: of each kind of question, by what it was asked about.
        self._answers: defaultdict[str, dict[Any, Any]] = defaultdict(dict)
        self._callees: dict[Function, tuple[Function, ...]] = self._answers["callees"]
        self._takes: dict[Function, bool] = self._answers["takes"]
        self._touches: dict[Function, bool] = self._answers["touches"]
        self._users: dict[Function, set[Function]] = {}
        self._analysing: list[Function] = []
        self._pending: set[Function] = set()
        self._put_off: set[Function] = set()
        self._goes_on = False
        self._handing: list[Function] = []
        self._idle: set[Function] = set()
        self._effects = Effects()
        self._calls_itself: set[Function] = set()
        self._interpretations = Interpretations()
        self._most = MOST_ANSWERS
        self._since = 0
        self._circles: dict[Function, int] = {}

    def tell(self, spend: Callable[[int], None]) -> None:
        """From now on tell what work each procedure is, in instructions interpreted. What `spend` raises ends the
        analysis."""
        self._interpretations.spend = spend

    def let_go(self) -> None:
        """Between two files: forget what is found again when somebody asks, once that is much. Where few files made it
        so, more is kept from now on: to find it for each file again would take longest."""
        self._since += 1
        if self.remembering or self.resolver.answers < self._most:
            return
        if self._since < FEW_FILES:
            self._most *= 2
        self._since = 0
        self.resolver.forget()
        self.program.forget_words()
        for kind in _OF_CLASSES:
            self._answers[kind].clear()
        self.rests = {key: rests for key, rests in self.rests.items() if key[0] not in _OF_CLASSES}
        self._trace.forget()

    def end(self) -> None:
        """Nobody asks any more: let all go that is known of the program."""
        self.resolver.end()
        dissolve(self.program, self.suspects, self)

    def least_again(self, module: ir.ModuleIR) -> dict[str, int]:
        """Of each procedure of a module what work it is, at least, to analyse the module where that procedure reads
        otherwise: the functions with which it calls itself in a circle are all asked anew; and all others too, where
        nobody remembers what they rest on."""
        functions = {name: Function(module.module, name) for name in module.signatures}
        own = {name: self._interpretations.least_again(one) for name, one in functions.items()}
        if not self.remembering:
            return dict.fromkeys(own, sum(own.values()))
        return {name: self._circles.get(functions[name], work) for name, work in own.items()}

    # -- what the interpreter asks ------------------------------------------------------------------------------

    def summary(self, function: Function, *, given: bool = False) -> Summary | None:
        """The summary of a project function; None when it has no body to look at.

        given: the call hands it a resource, so what it does with its arguments matters. Without that, a function that
        takes nothing by itself is not looked into.
        """
        function = Function(function.module, function.name)
        if self._analysing:
            self._users.setdefault(function, set()).add(self._analysing[-1])
        known = self.results.get(function)
        if known is not None:
            self.use(function)
            return known.summary if given or function not in self._taking_nothing else self._plain(function)
        recalled = self._effects.summary(function) if given or function not in self._idle else None
        if recalled is not None:
            self._rest_on_effect(function)
            return recalled
        guess = self._guesses.get(function)
        if guess is not None:
            self._trace.guessed(self._depths[function])
            return guess
        before = self._trace.mask
        if self.resolver.function(function) is None:
            return None
        self.ensure(function, given=given)
        known = self.results.get(function)
        if known is None or (function in self._taking_nothing and not given):
            found = self._plain(function)
            self._rest_on_plain(function, before)
            return found
        return known.summary

    def _recall(self, kind: str, key: Any, find: Callable[[], V]) -> V:
        """The answer to a kind of question about `key`, found once; whoever asks rests on what it rests on."""
        table: dict[Any, V] = self._answers[kind]
        if key in table:
            self._trace.used(self.rests, (kind, key))
        else:
            table[key] = self._trace.answer(self.rests, (kind, key), find)
        return table[key]

    def depending_on(self, functions: Iterable[Function]) -> frozenset[Function]:
        """These functions and those whose answer made use of theirs, directly or through others."""
        waiting = list(functions)
        found = set(waiting)
        while waiting:
            for user in self._users.get(waiting.pop(), ()):
                if user not in found:
                    found.add(user)
                    waiting.append(user)
        return frozenset(found)

    def declared(self, callee: Function | Class) -> Acquired | None:
        """What the project declares that a call of its own function or class takes."""
        return self._declared.at(callee)

    def field_releases(self, cls: Class, field: str) -> frozenset[str]:
        """What the methods of a class, or of its relatives, may do to a field to give it back."""
        recall = functools.partial(self._recall, "released")
        find = functools.partial(field_releases, self.resolver, self.catalog, cls, field, self.touches, recall)
        return self._recall("fields", (cls, field), find)

    def finalizes(self, cls: Class) -> bool:
        """Whether the class has a `__del__` that releases."""
        find = functools.partial(finalizes, self.resolver, self.catalog, cls)
        return self._recall("finalizes", cls, find)

    def is_guessed(self, function: Function) -> bool:
        """Whether what is known of a function is only the last approximation of a component still open."""
        return Function(function.module, function.name) in self._guesses

    def recurs(self, module: ir.ModuleIR, procedure: ir.Procedure) -> bool:
        """Whether a framework calls the function again and again."""
        return self.lifecycle.recurs(module, procedure)

    def is_short_lived(self, ref: Ref) -> bool:
        """Whether what is kept on this object ends with a request or task."""
        return self.lifecycle.is_short_lived(ref)

    def mentions_release(self, function: Function) -> bool:
        """Whether the function's body names a release."""

        def find() -> bool:
            found = self.resolver.function(function)
            return found is not None and names_release(found[1], self.catalog.release_words)

        return self._recall("releasing", function, find)

    def enters_quietly(self, function: Function) -> bool:
        """Whether nothing that a generator does before its first `yield` can fail in practice."""

        def find() -> bool:
            found = self.resolver.function(function)
            quiet = found is not None and is_quiet_before_yield(self.resolver, self.catalog, *found)
            return quiet and not self.words.strict

        return self._recall("entering", function, find)

    def touches(self, function: Function, depth: int = 4) -> bool:
        """Whether the function may release, enter or keep what its caller gives it, itself or `depth` calls down."""
        function = Function(function.module, function.name)

        def find() -> bool:
            found = self.resolver.function(function)
            return found is not None and (
                touches_given(found[1], self.catalog.release_words, self.words.release_to)
                or (depth > 0 and any(self.touches(callee, depth - 1) for callee in self._given_to(*found)))
            )

        key = ("touches", function)
        if function in self._touches:
            self._trace.used(self.rests, key)
        else:
            self._touches[function] = False
            self.rests[key] = -1 - self._trace.depth
            self._touches[function] = self._trace.answer(self.rests, key, find)
        return self._touches[function]

    def _given_to(self, module: ir.ModuleIR, procedure: ir.Procedure) -> Iterator[Function]:
        for call in passes_on(procedure):
            for ref in self.resolver.refs(module, procedure, call.func):
                if isinstance(ref, Function):
                    yield Function(ref.module, ref.name)

    # -- what is to be looked at --------------------------------------------------------------------------------

    def settle(self, file: str) -> None:
        """Analyse what a file and those that it imports have to do with resources, to the last function that calls one
        which hands one over. file: its absolute path."""
        before = self._trace.mask
        unasked = self.suspects.unasked(file)
        for function in unasked:
            # All that comes of it is wanted now.
            self._effects.drop(function)
        self._pending |= self.suspects.include(file) | (unasked - self._idle)
        self._pending |= self._put_off
        self._put_off = set()
        self._trace.mask = before
        self._rest_on_ways(file)
        self._settle_pending(file)

    def _settle_pending(self, file: str = "") -> None:
        before = self._trace.mask
        while self._pending or self._handing:
            touched, self._pending = sorted(self._within_reach(file), key=_by_name), set()
            self._look_again(touched)
            for function in touched:
                self.ensure(function)
            handing, self._handing = self._handing, []
            self._pending |= self.suspects.handed(handing)
        self._trace.mask = before

    def _within_reach(self, file: str) -> set[Function]:
        """Those that wait to be analysed, save what a file has nothing to do with: after an edit all that uses the
        edited file waits, and may never be asked for."""
        if not self._goes_on or not file:
            return self._pending
        reached: dict[str, bool] = {}

        def is_near(function: Function) -> bool:
            name = function.module
            if name not in reached:
                module = self.program.module(name)
                reached[name] = module is not None and self.suspects.reaches(file, self.program.file_of(module))
            return reached[name]

        near = set(filter(is_near, self._pending))
        far = self._pending - near
        if any(map(is_near, self.depending_on(far))):
            return self._pending
        self._put_off |= far
        return near

    def survey(self) -> Survey:
        """What was found out about the words of the program since this was last asked."""
        return surveying.survey(self.suspects, self._idle | self._taking_nothing, self.rests_on, self._effect)

    def recall(
        self,
        survey: Survey,
        facts: Iterable[tuple[Fact, bytes]],
        stale: Collection[str],
        again: Mapping[str, Sequence[str]],
    ) -> None:
        """Go on from what an earlier run found out about the words of the program, but for some files, and functions of
        others, that are looked at anew, and for what that changes. facts: with what they were. Nothing was asked
        before."""
        for function, rests, is_idle, effect in surveying.recall(self.suspects, survey, stale, again):
            if is_idle:
                self._idle.add(function)
            if effect is not None:
                self._effects.tell(function, effect)
            self.rests[("settled", function)] = rests
        was = {
            fact: b"1" if fact[0] == "idle" else before or b"?" for fact, before in facts if fact[0] in _OF_FUNCTIONS
        }
        told = {path: (one.ways, gives_digest(one.gives)) for path, one in survey.files.items() if one.ways}
        for path in self.suspects.unsure():
            self.settle(path)
        self._pending |= self.suspects.again(again)
        self._settle_pending()
        while found := self.suspects.reconsider(told, self._no_longer(was)):
            self._pending |= found
            self._settle_pending()

    def _no_longer(self, was: dict[Fact, bytes]) -> int:
        """Those of these facts about functions that are no longer what they were. They are taken out."""
        gone = [fact for fact, before in was.items() if self._now(fact) != before]
        for fact in gone:
            del was[fact]
        return self._trace.bits(gone)

    def _now(self, fact: Fact) -> bytes:
        kind, file, name = fact
        if kind == "effect":
            return self.effect(file, name, find=True)
        if kind == "plain":
            return self.plain(file, name)
        return b"1" if self.is_idle(file, name) else b"0"

    def effect(self, file: str, name: str, *, find: bool = False) -> bytes:
        """What a call of a function does, as a digest; b"" where that is not known. find: interpret it to know. file:
        its absolute path."""
        function = Function(self.program.name_at(Path(file)), name)
        if find and self._effect(function) is None and self.resolver.function(function) is not None:
            before = self._trace.mask
            self.ensure(function, given=True)
            self._trace.mask = before
        found = self._effect(function)
        return found.digest if found is not None else b""

    def _effect(self, function: Function) -> Effect | None:
        known = self.results.get(function)
        if known is None:
            return self._effects.get(function)
        return effect_of(known.summary, idle=function in self._taking_nothing)

    def _known_summary(self, function: Function) -> Summary | None:
        known = self.results.get(function)
        return known.summary if known is not None else self._effects.summary(function)

    def is_idle(self, file: str, name: str) -> bool:
        """Whether a function is known to come by no resource. file: its absolute path."""
        function = Function(self.program.name_at(Path(file)), name)
        return function in self._idle or function in self._taking_nothing

    def use(self, function: Function) -> None:
        """The answer in hand makes use of what is known of a function: of one that comes by no resource, that it does
        not; of another, what a call of it does. Where answers are taken over to another text, of all that this rests
        on."""
        if function not in self._idle and self._is_closed(function):
            self._rest_on_effect(function)
        elif function not in self._idle or not self._note_of("idle", function):
            self._trace.used(self.rests, ("settled", function))

    def _rest_on_effect(self, function: Function) -> None:
        if not self._note_of("effect", function):
            self._trace.used(self.rests, ("settled", function))

    def _rest_on_plain(self, function: Function, before: int) -> None:
        """What was noted since of a function's own body counts only as far as it decides what a call of it does."""
        file = self.program.file_named(function.module) if self._by_function and function in self._idle else ""
        body = ("body", file, function.name)
        if file and self._trace.has_met(body) and function.name not in self.suspects.functions(file):
            self._trace.mask &= ~self._trace.bit(body) | before
            self._trace.note(("plain", file, function.name))

    def plain(self, file: str, name: str) -> bytes:
        """What a call of a function does that is no suspect, as a digest; b"" where it is none of the kind. file: its
        absolute path."""
        function = Function(self.program.name_at(Path(file)), name)
        before = self._trace.mask
        try:
            if self.resolver.function(function) is None:
                return b""
            self.ensure(function)
            if function not in self._idle or name in self.suspects.functions(file):
                return b""
            found = effect_of(self._plain(function), idle=True)
            return found.digest if found is not None else b""
        finally:
            self._trace.mask = before

    @property
    def _by_function(self) -> bool:
        """Whether facts about functions are looked at again by themselves in a later run."""
        return self._trace.by_body and not self._trace.by_word and not self.remembering

    def use_all(self, function: Function) -> None:
        """The answer in hand makes use of all that came of a function."""
        if function in self._idle:
            self.use(function)
        else:
            self._trace.used(self.rests, ("settled", function))

    def _is_closed(self, function: Function) -> bool:
        """Whether what a call of a function does is known for good."""
        rests = self.rests.get(("settled", function), 0)
        known = function in self.results or self._effects.get(function) is not None
        return known and (type(rests) is not int or rests >= 0)

    def _note_of(self, kind: str, function: Function) -> bool:
        """Note a fact about a function, if it is one that is looked at again by itself in a later run."""
        if not self._by_function:
            return False
        file = self.program.file_named(function.module)
        if function.name not in self.suspects.functions(file):
            return False
        self._trace.note((kind, file, function.name))
        return True

    def rests_on(self, function: Function) -> int:
        """What is known of a function rests on these facts: what it gives, and what it calls."""
        found = (self._trace.set_of(self.rests.get((kind, function), 0)) for kind in ("settled", "callees"))
        return functools.reduce(int.__or__, (max(0, mask) for mask in found))

    def _rest_on_ways(self, file: str) -> None:
        """Which functions of a file are looked at depends on what the files that it imports give it."""
        self._trace.note(("ways", file))

    def suspected(self, module: ir.ModuleIR) -> list[str]:
        """The procedures of a module that may come by a resource, in source order."""
        file = self.program.file_of(module)
        self.settle(file)
        suspects = self.suspects.functions(file)
        return [name for name in module.signatures if name in suspects]

    def take_over(self, before: Analysis, new: Difference) -> None:
        """Go on from what another analysis found, of a program in which a file had another text.

        What has to do with that file is looked at again, as far as it is not the same: its graph and what it asked.
        """
        if new.procedures is not None:
            self._take_over_bodies(before, new)
        else:
            self._take_over_text(before, new)

    def _take_over_text(self, before: Analysis, new: Difference) -> None:
        """Go on where all of a file may have changed."""
        changed = self.program.name_at(Path(new.file))
        known = {*before.results, *before._users}
        stale = before.depending_on({*(one for one in known if one.module == changed), *before._effects.used})
        idle: set[Function] = set()
        if before.remembering:
            stale |= before._resting_on(new.gone)
            idle = {one for one in before._idle & before._callees.keys() if one not in stale and one.module != changed}
        if before.keeping:
            self._interpretations.take_over(
                before._interpretations, new.move, lambda one: one not in stale and one.module != changed
            )
        self._wait(before, stale)
        self._put_off = {one for one in self._put_off if one.module != changed}
        self._idle |= idle
        for one in idle:
            self._keep(before, one)
        for one, result in before.results.items():
            if one not in stale:
                self.results[one] = result
                self._keep(before, one)
                if hands_over(result.summary):
                    self._handing.append(one)

    def _take_over_bodies(self, before: Analysis, new: Difference) -> None:
        """Go on where nothing of a file has changed but the bodies of some procedures."""
        stale = before._resting_on(new.gone)
        self.rests.update(lasting(before.rests, new.gone))
        for one, result in before.results.items():
            if one not in stale:
                after = self._moved(one, result, new) if self.rests[("settled", one)] & new.about else result
                if after is None:
                    stale.add(one)
                else:
                    self.results[one] = after
        self._idle = before._idle - stale
        self._callees.update((one, callees) for one, callees in before._callees.items() if one not in stale)
        for kind, known in before._answers.items():
            if kind not in _OF_SETTLING:
                self._answers[kind].update((key, one) for key, one in known.items() if (kind, key) in self.rests)
        plains = self._answers["plain"]
        plains.update({one: new.move.summary(summary) for one, summary in plains.items()})
        self._wait(before, stale)

        def elsewhere(one: Function) -> bool:
            return one not in stale and not self.rests.get(("settled", one), 0) & new.about

        self._interpretations.take_over(before._interpretations, new.move, elsewhere, stale)

    def _moved(self, one: Function, result: Result, new: Difference) -> Result | None:
        module = self.program.module(one.module)
        return moved(new.move, result, module.path) if module is not None else None

    def _resting_on(self, facts: int) -> set[Function]:
        """The functions of which what is known rests on one of these facts."""
        masks = ((one, self.rests.get(("settled", one), 0)) for one in (*self.results, *self._idle))
        return {one for one, mask in masks if mask < 0 or mask & facts}

    def _wait(self, before: Analysis, stale: Container[Function]) -> None:
        """Have those looked at that are stale, and those that waited for that before. All else still holds."""
        settled = before.results.keys() | before._idle
        self._put_off = {one for one in settled if one in stale} | before._pending | before._put_off
        self._goes_on = True
        self._calls_itself = {one for one in before._calls_itself if one not in stale}
        self._taking_nothing = {one for one in before._taking_nothing if one not in stale}
        self._users.update({one: set(users) for one, users in before._users.items()})

    def _keep(self, before: Analysis, one: Function) -> None:
        """Take over what a function rests on, and what it calls."""
        for kind in ("settled", "callees"):
            self.rests[(kind, one)] = before.rests.get((kind, one), 0)
        self._callees[one] = before._callees.get(one, ())

    def _look_again(self, functions: Sequence[Function]) -> None:
        """Functions were found to mention more than was known: forget what depends on that."""
        before = {}
        for function in functions:
            if self._effects.drop(function):
                self._forget(function)
            before[function] = self._callees.pop(function, ())
            self._takes.pop(function, None)
            self._idle.discard(function)
        for function in functions:
            if function in self.results:
                for callee in self.callees(function):
                    if callee not in before[function]:
                        self.ensure(callee)
                        if callee in self.results and hands_over(self.results[callee].summary):
                            self._forget(function)

    def _forget(self, function: Function) -> None:
        for one in self.depending_on((function,)):
            if self.results.pop(one, None) is not None:
                self._pending.add(one)

    def _included(self, function: Function) -> bool:
        """Whether the function belongs to the program; its file is then looked at."""
        module = self.program.module(function.module)
        if module is None:
            return False
        file = self.program.file_of(module)
        if not self.suspects.includes(file):
            self._pending |= self.suspects.include(file)
        self._rest_on_ways(file)
        return True

    # -- order --------------------------------------------------------------------------------------------------

    def ensure(self, function: Function, *, given: bool = False) -> None:
        """Settle a function, everything it calls first. given: interpret it even if it takes nothing by itself."""
        known = function in self.results or (function in self._idle and not given)
        if not known and self._effects.summary(function) is None and self._included(function):
            before = self._trace.mask
            for component in components(function, functools.partial(self._needed, given=given), self._is_settled):
                self._solve(component, wanted=given and function in component)
            self._trace.mask = before
        self.use(function)

    def _needed(self, function: Function, *, given: bool) -> tuple[Function, ...]:
        """What has to be settled before a function."""
        return self.callees(function) + (self._receiving(function) if given else ())

    def _is_settled(self, function: Function) -> bool:
        known = function in self.results or function in self._guesses or function in self._idle
        return known or self._effects.summary(function) is not None

    def callees(self, function: Function) -> tuple[Function, ...]:
        """The other functions that a function calls, as far as they may come by a resource themselves."""

        def find() -> tuple[Function, ...]:
            found = self.resolver.function(function)
            plain: set[Function] = set()
            if found is not None:
                raw = callees_of(self.resolver, *found, functools.partial(self.suspects.may_name, found[0]))
                plain = {f for f in raw if self._included(f) and self.suspects.has(f)}
            if function in plain:
                self._calls_itself.add(function)
            return tuple(sorted(plain - {function}, key=_by_name))

        return self._recall("callees", function, find)

    def _receiving(self, function: Function) -> tuple[Function, ...]:
        """The other functions to which a function passes on what it is given."""
        found = self.resolver.function(function)
        if found is None:
            return ()
        given = {callee for callee in self._given_to(*found) if self.touches(callee)}
        if function in given:
            self._calls_itself.add(function)
        return tuple(sorted(given - {function}, key=_by_name))

    def _solve(self, component: list[Function], *, wanted: bool) -> None:
        self._trace.begin()
        for member in component:
            self._depths[member] = self._trace.depth - 1
        try:
            self._settle(component, wanted=wanted)
        finally:
            self._trace.end(self.rests, tuple(("settled", member) for member in component))

    def _rest_on_callees(self, component: list[Function]) -> None:
        """What a component calls decides that it is one, and whether it comes by a resource."""
        for member in component:
            for callee in self.callees(member):
                if callee not in self._guesses:
                    self.use(callee)
                elif callee not in component:
                    self._trace.guessed(self._depths[callee])

    def _settle(self, component: list[Function], *, wanted: bool) -> None:
        self._rest_on_callees(component)
        recursive = len(component) > 1 or component[0] in self._calls_itself
        if any(self.takes(member) for member in component):
            self._taking_nothing.difference_update(component)
        elif wanted:
            self._taking_nothing.update(component)
        else:
            self._idle.update(component)
            return
        for member in component:
            self._guesses[member] = BOTTOM
        found: dict[Function, Result] = {}
        for _ in range(MOST_ROUNDS if recursive else 1):
            changed = False
            for member in component:
                found[member] = self._analysed(member, keep=self.keeping or recursive)
                if found[member].summary != self._guesses[member]:
                    changed = True
                    self._guesses[member] = found[member].summary
            if not changed:
                break
        if len(component) > 1 and self.remembering:
            work = sum(map(self._interpretations.least_again, component))
            self._circles.update(dict.fromkeys(component, work))
        for member in component:
            summary = found[member].summary
            if not summary.outcomes:
                found[member] = msgspec.structs.replace(found[member], summary=OPAQUE)
            self.results[member] = found[member]
            self._idle.discard(member)
            if hands_over(found[member].summary):
                self._handing.append(member)
            del self._guesses[member]
            if not self.keeping:
                self._interpretations.forget(member)

    def takes(self, function: Function) -> bool:
        """Whether the function comes by a resource that somebody must answer for: it makes an acquiring call, or calls
        a function (settled before) that hands one over."""

        def find() -> bool:
            found = self.resolver.function(function)
            return found is not None and (
                acquires(self.resolver, self.catalog, *found, self.suspects.is_active, self.declared)
                or any(map(hands_over, filter(None, map(self._known_summary, self.callees(function)))))
            )

        return self._recall("takes", function, find)

    def _plain(self, function: Function) -> Summary:
        """The summary of a function that has nothing to do with resources."""

        def find() -> Summary:
            found = self.resolver.function(function)
            return plain(Asking(self, *found)) if found is not None else OPAQUE

        return self._recall("plain", function, find)

    def _analysed(self, function: Function, *, keep: bool) -> Result:
        found = self.resolver.function(function)
        if found is None or not found[1].blocks:
            return NOTHING
        self._analysing.append(function)
        try:
            return self._interpretations.result(function, functools.partial(Asking, self, *found), keep=keep)
        finally:
            self._analysing.pop()

    def cut_short(self, module: ir.ModuleIR) -> tuple[ir.Procedure, ...]:
        """The procedures of a module that are too large, or too deep, to be looked at on all their paths."""
        found = []
        for name, signature in module.signatures.items():
            result = self.results.get(Function(module.module, name))
            if result is not None and not result.complete:
                found.append(signature)
        return tuple(found)


def _by_name(function: Function) -> tuple[str, str]:
    return function.module, function.name
