"""Least fixpoints on demand: the value of a key is the smallest set that its equation allows.

Answers do not depend on which key is asked for first, and nothing recurses: equations that depend on each other, as
recursive functions and import cycles make them, are iterated until they are stable. Equations have to be monotone:
more in what they read never gives less in what they yield.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Generic, TypeVar

from leaklint.resolve.trace import Rests, Trace

K = TypeVar("K", bound=Hashable)
V = TypeVar("V", bound=Hashable)

MOST_VALUES = 40
"""A set that grows past this says nothing any more: it counts as unknown, and so does all that is computed from it."""


class _TooMany(Exception):
    pass


class Solver(Generic[K, V]):
    """Values of keys, by `equation(key, get)`, where `get(other)` reads the value of another key."""

    def __init__(self, equation: Callable[[K, Callable[[K], set[V]]], Iterable[V]], trace: Trace | None = None) -> None:
        self._equation = equation
        self._trace = trace if trace is not None else Trace()
        self._rests: Rests = {}
        self._values: dict[K, set[V] | None] = {}
        self._alike: dict[V | frozenset[V], set[V]] = {}
        self._nothing: set[V] = set()
        self._open: dict[K, set[K]] = {}
        self._stack: list[K] = []
        self._waiting: set[K] = set()
        self._current: K | None = None
        self._found_new = False

    @property
    def answers(self) -> int:
        """How many values are known."""
        return len(self._values)

    def value(self, key: K) -> set[V]:
        """The value of a key; empty where it is unknown. Not to be called from inside an equation."""
        if key not in self._values:
            self._solve(key)
        self._trace.mask |= self._trace.set_of(self._rests.get(key, 0))
        return self._values[key] or set()

    def take_over(self, before: Solver[K, V], gone: int) -> None:
        """Take the values that were found for other texts, as far as they rest on none of the facts in `gone`."""
        for key, values in before._values.items():
            rests = before._rests.get(key, 0)
            if not rests & gone:
                self._values[key] = values
                self._rests[key] = rests

    def _read(self, key: K) -> set[V]:
        known = self._values.get(key, self)
        dependents = self._open.get(key)
        if dependents is not None:
            dependents.add(self._current)  # type: ignore[arg-type]
        elif known is not self:
            rests = self._rests.get(key, 0)
            self._trace.mask |= rests if type(rests) is int else self._trace.set_of(rests)
        if known is None:
            raise _TooMany
        if known is self:
            self._values[key] = set()
            self._rests[key] = 0
            self._open[key] = {self._current}  # type: ignore[arg-type]
            self._stack.append(key)
            self._waiting.add(key)
            self._found_new = True
            return set()
        return known  # type: ignore[return-value]

    def _solve(self, root: K) -> None:
        stack, waiting = self._stack, self._waiting
        self._values[root] = set()
        self._rests[root] = 0
        self._open[root] = set()
        stack.append(root)
        waiting.add(root)
        before = self._trace.mask
        try:
            while stack:
                self._step(stack.pop())
            self._hand_on()
        except BaseException:
            for key in self._open:
                del self._values[key]
            raise
        finally:
            self._trace.mask = before
            stack.clear()
            waiting.clear()
            self._open.clear()
            self._current = None

    def _step(self, key: K) -> None:
        if key not in self._waiting:
            return
        known = self._values[key]
        self._waiting.discard(key)
        if known is None:
            return
        self._current = key
        self._found_new = False
        depth = len(self._stack)
        self._trace.mask = 0
        try:
            found = set(self._equation(key, self._read))
        except _TooMany:
            self._values[key] = None
            self._wake(key)
            return
        finally:
            self._rests[key] |= self._trace.mask
        if self._found_new and key not in self._waiting:
            # Once more, after what it reads has been computed: below those keys on the stack.
            self._stack.insert(depth, key)
            self._waiting.add(key)
        if found <= known:
            return
        known |= found
        if len(known) > MOST_VALUES:
            self._values[key] = None
        self._wake(key)

    def _wake(self, key: K) -> None:
        for dependent in self._open[key]:
            if dependent not in self._waiting and self._values[dependent] is not None:
                self._stack.append(dependent)
                self._waiting.add(dependent)

    def _hand_on(self) -> None:
        """What a value rests on, those that were computed from it rest on, too."""
        rests = self._rests
        waiting = list(self._open)
        while waiting:
            key = waiting.pop()
            mask = rests[key]
            for dependent in self._open[key]:
                if mask & ~rests[dependent]:
                    rests[dependent] |= mask
                    waiting.append(dependent)
        for key in self._open:
            if rests[key]:
                rests[key] = self._trace.share(rests[key])
            else:
                del rests[key]
            values = self._values[key]
            if values is not None:
                self._values[key] = self._shared(values)

    def _shared(self, values: set[V]) -> set[V]:
        """The same values, as one object for all keys that have them: most have a single one, and few there are."""
        if not values:
            return self._nothing
        if len(values) > 1:
            return self._alike.setdefault(frozenset(values), values)
        (only,) = values
        return self._alike.setdefault(only, values)
