"""The identifiers of many files in little room: most words occur in many of them, and each is kept once."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterable

_STEPS_TO_FIND = 16
"""What it takes to look for one word among those of a file, in steps from one of those to the next."""


class Vocabulary:
    """Numbers words in the order in which they are met."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.words: list[str] = []

    def of(self, words: Iterable[str]) -> Words:
        """A set of words."""
        numbers, met = self.numbers, words if isinstance(words, frozenset) else frozenset(words)
        new = met.difference(numbers)
        numbers.update(zip(new, range(len(numbers), len(numbers) + len(new))))
        self.words += new
        found = sorted(map(numbers.__getitem__, met))
        return Words(self, array("I", found))


class Words:
    """Words of one file, as their numbers in order."""

    __slots__ = ("_numbers", "_vocabulary")

    def __init__(self, vocabulary: Vocabulary, numbers: array[int]) -> None:
        self._vocabulary = vocabulary
        self._numbers = numbers

    def __contains__(self, word: object) -> bool:
        number = self._vocabulary.numbers.get(word)  # type: ignore[call-overload]
        if number is None:
            return False
        at = bisect_left(self._numbers, number)
        return at < len(self._numbers) and self._numbers[at] == number

    def among(self, words: Collection[str]) -> set[str]:
        """Those that are also among others, which are found by what they are."""
        if len(words) < len(self._numbers) // _STEPS_TO_FIND:
            return set(filter(self.__contains__, words))
        return set(filter(words.__contains__, map(self._vocabulary.words.__getitem__, self._numbers)))
