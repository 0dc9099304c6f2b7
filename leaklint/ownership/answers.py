"""What is asked about the functions and classes of a program, beside what calls of them do: each question answered
once."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeVar

from leaklint import ir
from leaklint.catalog import Acquired, Catalog
from leaklint.ownership.classes import field_releases, finalizes
from leaklint.ownership.declared import Declared
from leaklint.ownership.lifecycle import Lifecycle
from leaklint.ownership.traits import (
    is_quiet_before_yield,
    names_release,
    passes_on,
    returns_own_field,
    touches_given,
)
from leaklint.ownership.words import Words
from leaklint.resolve.program import Program
from leaklint.resolve.refs import Class, Function, Ref
from leaklint.resolve.resolver import Resolver
from leaklint.resolve.trace import Rests

V = TypeVar("V")
_MOST_CALLS_DOWN = 4
"""How far it is followed to whom something is passed on."""
_OF_CLASSES = frozenset({"released", "fields"})
"""Kinds of questions about classes, whose answers take much room."""


class Passing(NamedTuple):
    """touches: whether a function releases, enters or keeps what it is given. on: where not, those to which it passes
    it."""

    touches: bool = False
    on: tuple[Function, ...] = ()


class Answers:
    """answered: the answers to what was asked once: of each kind of question, by what it was asked about. rests: the
    facts that these rest on, by kind and what it was asked about."""

    def __init__(self, program: Program, resolver: Resolver, catalog: Catalog, *, strict: bool) -> None:
        self.program = program
        self.resolver = resolver
        self.catalog = catalog
        self.words = Words(catalog, strict=strict)
        self.rests: Rests = {}
        self.answered: defaultdict[str, dict[Any, Any]] = defaultdict(dict)
        self._trace = program.trace
        self._declared = Declared(catalog, program, resolver)
        self._lifecycle = Lifecycle(catalog, resolver)

    def _recall(self, kind: str, key: Any, find: Callable[[], V]) -> V:
        """The answer to a kind of question about `key`, found once; whoever asks rests on what it rests on."""
        table: dict[Any, V] = self.answered[kind]
        if key in table:
            self._trace.used(self.rests, (kind, key))
        else:
            table[key] = self._trace.answer(self.rests, (kind, key), find)
        return table[key]

    def forget_answers(self) -> None:
        """Let go what takes much room. It is found again when somebody asks."""
        for kind in _OF_CLASSES:
            self.answered[kind].clear()
        self.rests = {key: rests for key, rests in self.rests.items() if key[0] not in _OF_CLASSES}

    # -- of classes ---------------------------------------------------------------------------------------------

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

    def is_short_lived(self, ref: Ref) -> bool:
        """Whether what is kept on this object ends with a request or task."""
        return self._lifecycle.is_short_lived(ref)

    # -- of functions -------------------------------------------------------------------------------------------

    def recurs(self, module: ir.ModuleIR, procedure: ir.Procedure) -> bool:
        """Whether a framework calls the function again and again."""
        return self._lifecycle.recurs(module, procedure)

    def mentions_release(self, function: Function) -> bool:
        """Whether the function's body names a release."""

        def find() -> bool:
            found = self.resolver.function(function)
            return found is not None and names_release(found[1], self.catalog.release_words)

        return self._recall("releasing", function, find)

    def returns_own_field(self, function: Function) -> bool:
        """Whether a call of the function, a method, gives a field of its object."""

        def find() -> bool:
            found = self.resolver.function(function)
            return found is not None and returns_own_field(found[1])

        return self._recall("returning", function, find)

    def enters_quietly(self, function: Function) -> bool:
        """Whether nothing that a generator does before its first `yield` can fail in practice."""

        def find() -> bool:
            found = self.resolver.function(function)
            quiet = found is not None and is_quiet_before_yield(self.resolver, self.catalog, *found)
            return quiet and not self.words.strict

        return self._recall("entering", function, find)

    def touches(self, function: Function) -> bool:
        """Whether the function may release, enter or keep what its caller gives it, itself or a few calls down."""
        start = Function(function.module, function.name)
        return self._recall("touches", start, functools.partial(self._touches_within, start))

    def _touches_within(self, start: Function) -> bool:
        seen, here = {start}, [start]
        for _ in range(1 + _MOST_CALLS_DOWN):
            further: dict[Function, None] = {}
            for one in here:
                passing = self._passing(one)
                if passing.touches:
                    return True
                further.update(dict.fromkeys(passing.on))
            here = [one for one in further if one not in seen]
            seen.update(here)
        return False

    def _passing(self, function: Function) -> Passing:
        """What a function does with what it is given."""

        def find() -> Passing:
            found = self.resolver.function(function)
            if found is None:
                return Passing()
            if touches_given(found[1], self.catalog.release_words, self.words.release_to):
                return Passing(touches=True)
            return Passing(on=tuple(dict.fromkeys(self._given_to(*found))))

        return self._recall("passing", function, find)

    def _given_to(self, module: ir.ModuleIR, procedure: ir.Procedure) -> Iterator[Function]:
        """The functions to which a function may pass on what it is given."""
        for call in passes_on(procedure):
            for ref in self.resolver.refs(module, procedure, call.func):
                if isinstance(ref, Function):
                    yield Function(ref.module, ref.name)
