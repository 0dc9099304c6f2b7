"""What is known of the functions of a program once they are settled, and what answers that make use of it rest on."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from pathlib import Path

from leaklint import ir
from leaklint.catalog import Catalog
from leaklint.ownership.answers import Answers
from leaklint.ownership.effects import Effect, Effects, effect_of
from leaklint.ownership.procedure import Result
from leaklint.ownership.summary import Summary
from leaklint.ownership.suspects import Suspects
from leaklint.resolve.program import Program
from leaklint.resolve.refs import Function
from leaklint.resolve.resolver import Resolver


class Settled(Answers):
    """results: of the functions that were interpreted. taking_nothing: those of them that come by no resource, and were
    interpreted for what they do with their arguments; a call that hands over nothing does not see that. idle: those
    that come by no resource, and were not interpreted. guesses: the last approximations of the summaries of a component
    still open. effects: what an earlier run tells of others. users: of each function those whose answer made use of
    its. by_function: whether facts about functions are looked at again by themselves in a later run. surveyed: the
    suspects that a survey tells of, those of the program as it is, where this one has another text for a file."""

    def __init__(
        self,
        program: Program,
        resolver: Resolver,
        catalog: Catalog,
        suspects: Suspects,
        *,
        strict: bool,
        by_function: bool,
    ) -> None:
        super().__init__(program, resolver, catalog, strict=strict)
        self.suspects = self.surveyed = suspects
        self.results: dict[Function, Result] = {}
        self.taking_nothing: set[Function] = set()
        self.idle: set[Function] = set()
        self.guesses: dict[Function, Summary] = {}
        self.effects = Effects()
        self.users: dict[Function, set[Function]] = {}
        self._by_function = by_function

    # -- what is known ------------------------------------------------------------------------------------------

    def is_guessed(self, function: Function) -> bool:
        """Whether what is known of a function is only the last approximation of a component still open."""
        return Function(function.module, function.name) in self.guesses

    def is_idle(self, file: str, name: str) -> bool:
        """Whether a function is known to come by no resource. file: its absolute path."""
        function = Function(self.program.name_at(Path(file)), name)
        return function in self.idle or function in self.taking_nothing

    def _known_summary(self, function: Function) -> Summary | None:
        known = self.results.get(function)
        return known.summary if known is not None else self.effects.summary(function)

    def _known_effect(self, function: Function) -> Effect | None:
        known = self.results.get(function)
        if known is None:
            return self.effects.get(function)
        return effect_of(known.summary, idle=function in self.taking_nothing)

    def _is_closed(self, function: Function) -> bool:
        """Whether what a call of a function does is known for good."""
        rests = self.rests.get(("settled", function), 0)
        known = function in self.results or self.effects.get(function) is not None
        return known and (type(rests) is not int or rests >= 0)

    def cut_short(self, module: ir.ModuleIR) -> tuple[ir.Procedure, ...]:
        """The procedures of a module that are too large, or too deep, to be looked at on all their paths."""
        found = []
        for name, signature in module.signatures.items():
            result = self.results.get(Function(module.module, name))
            if result is not None and not result.complete:
                found.append(signature)
        return tuple(found)

    # -- what rests on it ---------------------------------------------------------------------------------------

    def use(self, function: Function) -> None:
        """The answer in hand makes use of what is known of a function: of one that comes by no resource, that it does
        not; of another, what a call of it does. Where answers are taken over to another text, of all that this rests
        on."""
        if function not in self.idle and self._is_closed(function):
            self._rest_on_effect(function)
        elif function not in self.idle or not self._note_of("idle", function):
            self._trace.used(self.rests, ("settled", function))

    def use_all(self, function: Function) -> None:
        """The answer in hand makes use of all that came of a function."""
        if function in self.idle:
            self.use(function)
        else:
            self._trace.used(self.rests, ("settled", function))

    def _rest_on_effect(self, function: Function) -> None:
        if not self._note_of("effect", function):
            self._trace.used(self.rests, ("settled", function))

    def _rest_on_plain(self, function: Function, before: int) -> None:
        """What was noted since of a function's own body counts only as far as it decides what a call of it does."""
        file = self.program.file_named(function.module) if self._by_function and function in self.idle else ""
        body = ("body", file, function.name)
        if file and self._trace.has_met(body) and function.name not in self.suspects.functions(file):
            self._trace.mask &= ~self._trace.bit(body) | before
            self._trace.note(("plain", file, function.name))

    def _note_of(self, kind: str, function: Function) -> bool:
        """Note a fact about a function, if it is one that is looked at again by itself in a later run."""
        if not self._by_function:
            return False
        file = self.program.file_named(function.module)
        if function.name not in self.surveyed.functions(file):
            return False
        self._trace.note((kind, file, function.name))
        return True

    def rests_on(self, function: Function) -> int:
        """What is known of a function rests on these facts: what it gives, and what it calls."""
        found = (self._trace.set_of(self.rests.get((kind, function), 0)) for kind in ("settled", "callees"))
        return functools.reduce(int.__or__, (max(0, mask) for mask in found))

    def resting_on(self, facts: int) -> set[Function]:
        """The functions of which what is known rests on one of these facts."""
        masks = ((one, self.rests.get(("settled", one), 0)) for one in (*self.results, *self.idle))
        return {one for one, mask in masks if mask < 0 or mask & facts}

    def depending_on(self, functions: Iterable[Function]) -> frozenset[Function]:
        """These functions and those whose answer made use of theirs, directly or through others."""
        waiting = list(functions)
        found = set(waiting)
        while waiting:
            for user in self.users.get(waiting.pop(), ()):
                if user not in found:
                    found.add(user)
                    waiting.append(user)
        return frozenset(found)
