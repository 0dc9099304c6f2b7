"""Summaries of functions, found callees first.

Recursive functions share a component of the call graph; they are interpreted again until their summaries stay the
same, a few times at most.
"""

from __future__ import annotations

import functools
from pathlib import Path

import msgspec

from leaklint import ir
from leaklint.catalog import Catalog
from leaklint.ownership.acquiring import acquires
from leaklint.ownership.asking import Asking
from leaklint.ownership.components import components
from leaklint.ownership.effects import effect_of
from leaklint.ownership.interpreted import Interpretations
from leaklint.ownership.outcomes import hands_over
from leaklint.ownership.procedure import NOTHING, Result, plain
from leaklint.ownership.settled import Settled
from leaklint.ownership.summary import BOTTOM, OPAQUE, Summary
from leaklint.ownership.suspects import Suspects
from leaklint.resolve.callgraph import calls as callees_of
from leaklint.resolve.program import Program
from leaklint.resolve.refs import Function
from leaklint.resolve.resolver import Resolver

MOST_ROUNDS = 3


class Summaries(Settled):
    """Settles functions that are asked for. remembering: keep what results rest on. keeping: of that, only what
    procedures were interpreted for, which costs nothing but room.

    pending: suspects that wait to be settled, found in files on the way. handing: the functions that were found to hand
    a resource over, which the suspects are not told yet. calls_itself: those that do, directly. interpretations: what
    functions were interpreted for.
    """

    def __init__(
        self,
        program: Program,
        resolver: Resolver,
        catalog: Catalog,
        suspects: Suspects,
        *,
        strict: bool,
        remembering: bool,
        keeping: bool,
    ) -> None:
        by_function = program.trace.by_body and not program.trace.by_word and not remembering
        super().__init__(program, resolver, catalog, suspects, strict=strict, by_function=by_function)
        self.remembering = remembering
        self.keeping = keeping or remembering
        self.pending: set[Function] = set()
        self.handing: list[Function] = []
        self.calls_itself: set[Function] = set()
        self.interpretations = Interpretations()
        self._depths: dict[Function, int] = {}
        self._circles: dict[Function, int] = {}
        self._analysing: list[Function] = []

    # -- questions ----------------------------------------------------------------------------------------------

    def summary(self, function: Function, *, given: bool = False) -> Summary | None:
        """The summary of a project function; None when it has no body to look at.

        given: the call hands it a resource, so what it does with its arguments matters. Without that, a function that
        takes nothing by itself is not looked into.
        """
        function = Function(function.module, function.name)
        if self._analysing:
            self.users.setdefault(function, set()).add(self._analysing[-1])
        known = self.results.get(function)
        if known is not None:
            self.use(function)
            return known.summary if given or function not in self.taking_nothing else self._plain(function)
        recalled = self.effects.summary(function) if given or function not in self.idle else None
        if recalled is not None:
            self._rest_on_effect(function)
            return recalled
        guess = self.guesses.get(function)
        if guess is not None:
            self._trace.guessed(self._depths[function])
            return guess
        before = self._trace.mask
        if self.resolver.function(function) is None:
            return None
        self.ensure(function, given=given)
        known = self.results.get(function)
        if known is None or (function in self.taking_nothing and not given):
            found = self._plain(function)
            self._rest_on_plain(function, before)
            return found
        return known.summary

    def _plain(self, function: Function) -> Summary:
        """The summary of a function that has nothing to do with resources."""

        def find() -> Summary:
            found = self.resolver.function(function)
            return plain(Asking(self, *found)) if found is not None else OPAQUE

        return self._recall("plain", function, find)

    def effect(self, file: str, name: str, *, find: bool = False) -> bytes:
        """What a call of a function does, as a digest; b"" where that is not known. find: interpret it to know. file:
        its absolute path."""
        function = Function(self.program.name_at(Path(file)), name)
        if find and self._known_effect(function) is None and self.resolver.function(function) is not None:
            before = self._trace.mask
            self.ensure(function, given=True)
            self.suspects.tell_again(file)
            self._trace.mask = before
        found = self._known_effect(function)
        return found.digest if found is not None else b""

    def plain(self, file: str, name: str) -> bytes:
        """What a call of a function does that is no suspect, as a digest; b"" where it is none of the kind. file: its
        absolute path."""
        function = Function(self.program.name_at(Path(file)), name)
        before = self._trace.mask
        try:
            if self.resolver.function(function) is None:
                return b""
            self.ensure(function)
            if function not in self.idle or name in self.suspects.functions(file):
                return b""
            found = effect_of(self._plain(function), idle=True)
            return found.digest if found is not None else b""
        finally:
            self._trace.mask = before

    def least_again(self, module: ir.ModuleIR) -> dict[str, int]:
        """Of each procedure of a module what work it is, at least, to analyse the module where that procedure reads
        otherwise: the functions with which it calls itself in a circle are all asked anew; and all others too, where
        nobody remembers what they rest on."""
        functions = {name: Function(module.module, name) for name in module.signatures}
        own = {name: self.interpretations.least_again(one) for name, one in functions.items()}
        if not self.remembering:
            return dict.fromkeys(own, sum(own.values()))
        return {name: self._circles.get(functions[name], work) for name, work in own.items()}

    # -- order --------------------------------------------------------------------------------------------------

    def ensure(self, function: Function, *, given: bool = False) -> None:
        """Settle a function, everything it calls first. given: interpret it even if it takes nothing by itself."""
        known = function in self.results or (function in self.idle and not given)
        if not known and self.effects.summary(function) is None and self._included(function):
            before = self._trace.mask
            for component in components(function, functools.partial(self._needed, given=given), self._is_settled):
                self._solve(component, wanted=given and function in component)
            self._trace.mask = before
        self.use(function)

    def _needed(self, function: Function, *, given: bool) -> tuple[Function, ...]:
        """What has to be settled before a function."""
        return self.callees(function) + (self._receiving(function) if given else ())

    def _is_settled(self, function: Function) -> bool:
        known = function in self.results or function in self.guesses or function in self.idle
        return known or self.effects.summary(function) is not None

    def callees(self, function: Function) -> tuple[Function, ...]:
        """The other functions that a function calls, as far as they may come by a resource themselves."""

        def find() -> tuple[Function, ...]:
            found = self.resolver.function(function)
            plain: set[Function] = set()
            if found is not None:
                raw = callees_of(self.resolver, *found, functools.partial(self.suspects.may_name, found[0]))
                plain = {f for f in raw if self._included(f) and self.suspects.has(f)}
            if function in plain:
                self.calls_itself.add(function)
            return tuple(sorted(plain - {function}, key=by_name))

        return self._recall("callees", function, find)

    def _receiving(self, function: Function) -> tuple[Function, ...]:
        """The other functions to which a function passes on what it is given."""
        found = self.resolver.function(function)
        if found is None:
            return ()
        given = {callee for callee in self._given_to(*found) if self.touches(callee)}
        if function in given:
            self.calls_itself.add(function)
        return tuple(sorted(given - {function}, key=by_name))

    def _solve(self, component: list[Function], *, wanted: bool) -> None:
        self._trace.begin()
        for member in component:
            self._depths[member] = self._trace.depth - 1
        try:
            self._settle(component, wanted=wanted)
        finally:
            self._trace.end(self.rests, tuple(("settled", member) for member in component))

    def _rest_on_callees(self, component: list[Function]) -> None:
        """What a component calls, and what words mean where it stands, decides that it is one, and whether it comes by
        a resource."""
        for member in component:
            self._rest_on_ways(self.program.file_named(member.module))
            for callee in self.callees(member):
                if callee not in self.guesses:
                    self.use(callee)
                elif callee not in component:
                    self._trace.guessed(self._depths[callee])

    def _settle(self, component: list[Function], *, wanted: bool) -> None:
        self._rest_on_callees(component)
        recursive = len(component) > 1 or component[0] in self.calls_itself
        if any(self.takes(member) for member in component):
            self.taking_nothing.difference_update(component)
        elif wanted:
            self.taking_nothing.update(component)
        else:
            self.idle.update(component)
            return
        for member in component:
            self.guesses[member] = BOTTOM
        found: dict[Function, Result] = {}
        for _ in range(MOST_ROUNDS if recursive else 1):
            changed = False
            for member in component:
                found[member] = self._analysed(member, keep=self.keeping or recursive)
                if found[member].summary != self.guesses[member]:
                    changed = True
                    self.guesses[member] = found[member].summary
            if not changed:
                break
        if len(component) > 1 and self.remembering:
            work = sum(map(self.interpretations.least_again, component))
            self._circles.update(dict.fromkeys(component, work))
        for member in component:
            summary = found[member].summary
            if not summary.outcomes:
                found[member] = msgspec.structs.replace(found[member], summary=OPAQUE)
            self.results[member] = found[member]
            self.idle.discard(member)
            if hands_over(found[member].summary):
                self.handing.append(member)
            del self.guesses[member]
            if not self.keeping:
                self.interpretations.forget(member)

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

    def _analysed(self, function: Function, *, keep: bool) -> Result:
        found = self.resolver.function(function)
        if found is None or not found[1].blocks:
            return NOTHING
        self._analysing.append(function)
        try:
            return self.interpretations.result(function, functools.partial(Asking, self, *found), keep=keep)
        finally:
            self._analysing.pop()

    def _included(self, function: Function) -> bool:
        """Whether the function belongs to the program; its file is then looked at."""
        module = self.program.module(function.module)
        if module is None:
            return False
        file = self.program.file_of(module)
        if not self.suspects.includes(file):
            self.pending |= self.suspects.include(file)
        self._rest_on_ways(file)
        return True

    def _rest_on_ways(self, file: str) -> None:
        """Which functions of a file are looked at depends on what the files that it imports give it."""
        self._trace.note(("ways", file))


def by_name(function: Function) -> tuple[str, str]:
    """The order in which functions are looked at."""
    return function.module, function.name
