"""The identifiers of many files in little room: none is kept, only a number that tells it from others."""

from __future__ import annotations

import itertools
from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping

_STEPS_TO_FIND = 16
"""What it takes to look for one word among those of a file, in steps from one of those to the next."""


class FileWords:
    """Words of one file, as the numbers by which dictionaries tell strings apart, in order. There are so many of those
    numbers that two words of a program do not meet in one."""

    __slots__ = ("_numbers",)

    def __init__(self, words: Iterable[str]) -> None:
        self._numbers = array("q", sorted(set(map(hash, words))))

    def __contains__(self, word: object) -> bool:
        number = hash(word)
        at = bisect_left(self._numbers, number)
        return at < len(self._numbers) and self._numbers[at] == number

    def among(self, words: Collection[str]) -> set[str]:
        """Those that are also among others, which are found by what they are."""
        if len(words) < len(self._numbers) // _STEPS_TO_FIND:
            return set(filter(self.__contains__, words))
        return set(itertools.compress(words, map(set(self._numbers).__contains__, map(hash, words))))

    def among_numbered(self, words: Mapping[int, str]) -> set[str]:
        """The same among many words that are there by their numbers, as `hash` gives them."""
        return set(map(words.__getitem__, filter(words.__contains__, self._numbers)))
