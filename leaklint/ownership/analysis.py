"""Whole-program analysis: the functions that have to do with resources, in the files that are asked for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from leaklint import ir
from leaklint.catalog import Catalog
from leaklint.garbage import dissolve
from leaklint.ownership import surveying
from leaklint.ownership.outcomes import hands_over
from leaklint.ownership.summaries import Summaries, by_name
from leaklint.ownership.survey import Survey, gives_digest
from leaklint.ownership.suspects import Suspects
from leaklint.resolve.program import Program
from leaklint.resolve.refs import Function
from leaklint.resolve.resolver import Resolver
from leaklint.resolve.trace import Fact

MOST_ANSWERS = 60_000
"""What the resolver remembers from file to file, some 20 MB."""
FEW_FILES = 100
"""Files that need what was forgotten once more, if they make up for all of it."""
_OF_FUNCTIONS = frozenset({"idle", "effect", "plain"})
"""Kinds of facts that are what came of functions."""


class Analysis(Summaries):
    """The knowledge that grows while a program is analysed. remembering: keep what results rest on, so that they can
    be taken over by the analysis of a program in which a file has another text. keeping: of that, only what procedures
    were interpreted for, which costs nothing but room.

    put_off: of what was found before a file had another text, the functions that wait until a file is asked for that
    has to do with them; goes_on: whether there was such a file.
    """

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
    ) -> None:
        if suspects is None:
            suspects = Suspects(resolver, thorough=thorough)
        super().__init__(program, resolver, catalog, suspects, strict=strict, remembering=remembering, keeping=keeping)
        self.put_off: set[Function] = set()
        self.goes_on = False
        self._most = MOST_ANSWERS
        self._since = 0

    def tell(self, spend: Callable[[int], None]) -> None:
        """From now on tell what work each procedure is, in instructions interpreted. What `spend` raises ends the
        analysis."""
        self.interpretations.spend = spend

    def let_go(self) -> None:
        """Between two files: forget what is found again when somebody asks, once that is much. Where few files made it
        so, more is kept from now on: to find it for each file again would take longest."""
        self._since += 1
        if self.remembering or self.resolver.answers < self._most:
            return
        if self._since < FEW_FILES:
            self._most *= 2
        self._since = 0
        self._forget_found()

    def turn(self) -> None:
        """Where the next files have little to do with those so far: forget all that is found again when somebody
        asks."""
        self._forget_found()
        self.program.forget_graphs()

    def _forget_found(self) -> None:
        self.resolver.forget()
        self.program.forget_words()
        self.forget_answers()
        self._trace.forget()

    def end(self) -> None:
        """Nobody asks any more: let all go that is known of the program."""
        self.resolver.end()
        dissolve(self.program, self.suspects, self)

    # -- what is to be looked at --------------------------------------------------------------------------------

    def settle(self, file: str) -> None:
        """Analyse what a file and those that it imports have to do with resources, to the last function that calls one
        which hands one over. file: its absolute path."""
        before = self._trace.mask
        unasked = self.suspects.unasked(file)
        for function in unasked:
            # All that comes of it is wanted now.
            self.effects.drop(function)
        self.pending |= self.suspects.include(file) | (unasked - self.idle)
        self.pending |= self.put_off
        self.put_off = set()
        self._trace.mask = before
        self._rest_on_ways(file)
        self._settle_pending(file)

    def suspected(self, module: ir.ModuleIR) -> list[str]:
        """The procedures of a module that may come by a resource, in source order."""
        file = self.program.file_of(module)
        self.settle(file)
        suspects = self.suspects.functions(file)
        return [name for name in module.signatures if name in suspects]

    def _settle_pending(self, file: str = "") -> None:
        before = self._trace.mask
        while self.pending or self.handing:
            touched, self.pending = sorted(self._within_reach(file), key=by_name), set()
            self._look_again(touched)
            for function in touched:
                self.ensure(function)
            handing, self.handing = self.handing, []
            self.pending |= self.suspects.handed(handing)
            if not self.pending:
                self.pending |= self.suspects.bodies()
        self._trace.mask = before

    def _within_reach(self, file: str) -> set[Function]:
        """Those that wait to be analysed, save what a file has nothing to do with: after an edit all that uses the
        edited file waits, and may never be asked for."""
        if not self.goes_on or not file:
            return self.pending
        reached: dict[str, bool] = {}

        def is_near(function: Function) -> bool:
            name = function.module
            if name not in reached:
                module = self.program.module(name)
                reached[name] = module is not None and self.suspects.reaches(file, self.program.file_of(module))
            return reached[name]

        near = set(filter(is_near, self.pending))
        far = self.pending - near
        if any(map(is_near, self.depending_on(far))):
            return self.pending
        self.put_off |= far
        return near

    def _look_again(self, functions: Sequence[Function]) -> None:
        """Functions were found to mention more than was known: forget what depends on that."""
        before = {}
        for function in functions:
            if self.effects.drop(function):
                self._forget(function)
            before[function] = self.answered["callees"].pop(function, ())
            self.answered["takes"].pop(function, None)
            self.idle.discard(function)
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
                self.pending.add(one)

    # -- from run to run ----------------------------------------------------------------------------------------

    def survey(self) -> Survey:
        """What was found out about the words of the program since this was last asked."""
        return surveying.survey(self.suspects, self.idle | self.taking_nothing, self.rests_on, self._known_effect)

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
                self.idle.add(function)
            if effect is not None:
                self.effects.tell(function, effect)
            self.rests[("settled", function)] = rests
        was = {fact: before or b"?" for fact, before in facts if fact[0] in _OF_FUNCTIONS}
        told = {path: (one.ways, gives_digest(one.gives)) for path, one in survey.files.items() if one.ways}
        for path in self.suspects.unsure():
            self.settle(path)
        self.pending |= self.suspects.again(again)
        self._settle_pending()
        while found := self.suspects.reconsider(told, self._no_longer(was)):
            self.pending |= found
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
