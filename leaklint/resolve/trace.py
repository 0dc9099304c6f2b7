"""What remembered answers rest on: the files that were read, looked for or searched in finding them.

Whoever asks about the files of a program notes a fact. A remembered answer keeps the facts that were noted while it was
found, and whoever is given it later rests on them too. So the facts of one module's analysis are known although most
of what it needs was remembered from that of another.

Facts are numbered in the order in which they are met, and a set of them is an integer with those bits set.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from leaklint.resolve.sets import SharedSets

V = TypeVar("V")

Fact = tuple[Any, ...]
"""What was asked of the files, all paths absolute:

("text", file)                the text of a file, which need not exist
("body", file, procedure)     the graph of a procedure; `by_body` the text of its file is then the rest of that
("outline", file)             what a module declares; this and the following two in place of its text, `by_word`
("mention", file, word)       which procedures of a file have a word
("scan", file, function, ...) what a function gives of the text of a file, and of further arguments
("ways", file)                which words in a file lead to resources, and which functions are looked at therefore
("gives", file)               which such words it gives to the files that import it
("idle", file, function)      whether a function is known to come by no resource
("effect", file, function)    what a call of a function does that was interpreted
("plain", file, function)     the same of one that is no suspect, as far as its body decides it
("look", directories, name)   which module or package of that name the directories hold
("package", directory)        whether a directory has an `__init__.py`
("word", word)                which files of the program have a word
("deployment", directory)     what the files below it say about how the program is run
"""
FOUND_OUT = frozenset({"ways", "gives", "idle", "effect", "plain"})
"""Kinds of facts that are found out from others, and may be the same where those are not."""
NAMING = frozenset({"locate", "body", "idle", "effect", "plain"})
"""Kinds of facts about what has a name in a file."""
_OF_TEXT = frozenset({"text", "outline", "body", "mention", "scan"})

Rests = dict[Any, Any]
"""Key of a remembered answer -> the facts that it rests on, as `share` gives them. Below 0: not known before an
answer around it is found."""


def lasting(rests: Rests, gone: int) -> Rests:
    """What rests on none of the facts in `gone`. No set is packed."""
    return {key: mask for key, mask in rests.items() if mask >= 0 and not mask & gone}


class _Frame:
    """An answer that is being found. before: the facts of the one around it. low: the outermost open answer of which
    it took a guess. pending: what was found inside and rests on the same guess."""

    __slots__ = ("before", "low", "pending")

    def __init__(self, before: int, low: int) -> None:
        self.before = before
        self.low = low
        self.pending: list[tuple[Rests, Any]] = []


class Trace:
    """Collects the facts that the answer in hand rests on in `mask`. on: whether anybody wants to know; if not, no set
    has a fact in it. by_body: whether to tell what rests on one body of a file from what rests on another. by_word: the
    same of the words that stand in it; a text that is edited is looked at anew bit by bit. share, set_of,
    forget: see `SharedSets`, which packs large sets where nobody takes answers over to another text."""

    def __init__(self, *, on: bool = True, by_body: bool = False, by_word: bool = False, packing: bool = False) -> None:
        self.on = on
        sets = SharedSets(packing=packing)
        self.share, self.set_of, self.forget = sets.share, sets.set_of, sets.forget
        self.by_word = on and by_word
        self.by_body = self.by_word or (on and by_body)
        self.mask = 0
        self._facts: list[Fact] = []
        self._numbers: dict[Fact, int] = {}
        self._open: list[_Frame] = []

    def note(self, fact: Fact) -> None:
        """The answer in hand rests on a fact."""
        self.mask |= self.bit(fact)

    def note_part(self, kind: str, file: str, *what: Any) -> None:
        """The answer in hand rests on a part of the text of a file, or on all of that."""
        if self.by_word:
            self.note((kind, file, *what))
        elif self.by_body:
            self.note(("text", file))

    def bit(self, fact: Fact) -> int:
        """The set of one fact."""
        if not self.on:
            return 0
        number = self._numbers.get(fact)
        if number is None:
            number = self._numbers[fact] = len(self._facts)
            self._facts.append(fact)
        return 1 << number

    def bits(self, facts: Iterable[Fact]) -> int:
        """The set of some facts."""
        return functools.reduce(int.__or__, map(self.bit, facts), 0)

    def has_met(self, fact: Fact) -> bool:
        """Whether any answer ever rested on a fact."""
        return fact in self._numbers

    def about(self, file: str) -> list[Fact]:
        """The facts about the text of a file that were met so far."""
        return [fact for fact in self._facts if fact[1] == file and fact[0] in _OF_TEXT]

    def recall(self, facts: Iterable[Fact]) -> None:
        """Give facts of an earlier run the numbers that they had then. Nothing was noted before."""
        for fact in facts:
            self.bit(fact)

    def facts(self, mask: int) -> Iterator[Fact]:
        """The facts of a set."""
        while mask:
            lowest = mask & -mask
            yield self._facts[lowest.bit_length() - 1]
            mask ^= lowest

    def since(self, number: int) -> list[Fact]:
        """The facts met from the one with this number on."""
        return self._facts[number:]

    def start(self) -> None:
        """What follows has nothing to do with what went before."""
        self._open.clear()
        self.mask = 0

    def answer(self, rests: Rests, key: Any, find: Callable[[], V]) -> V:
        """What `find` gives; `rests` learns, under `key`, which facts that rests on."""
        self.begin()
        try:
            return find()
        finally:
            self.end(rests, (key,))

    @property
    def depth(self) -> int:
        """How many answers are being found, one for the other."""
        return len(self._open)

    def begin(self) -> None:
        """From here on facts belong to another answer, which the one in hand needs."""
        self._open.append(_Frame(self.mask, len(self._open)))
        self.mask = 0

    def end(self, rests: Rests, keys: tuple[Any, ...]) -> None:
        """The answer begun last is found, and remembered under these keys."""
        frame = self._open.pop()
        depth = len(self._open)
        frame.pending += [(rests, key) for key in keys]
        if frame.low < depth:
            around = self._open[-1]
            around.low = min(around.low, frame.low)
            around.pending += frame.pending
            for table, key in frame.pending:
                table[key] = -1 - frame.low
        else:
            mask = self.share(self.mask)
            for table, key in frame.pending:
                if self.on:
                    table[key] = mask
                else:
                    table.pop(key, None)
        self.mask |= frame.before

    def used(self, rests: Rests, key: Any) -> None:
        """The answer in hand makes use of a remembered one."""
        mask = rests.get(key, 0)
        if type(mask) is not int:
            self.mask |= self.set_of(mask)
        elif mask < 0:
            self.guessed(-1 - mask)
        else:
            self.mask |= mask

    def guessed(self, depth: int) -> None:
        """The answer in hand makes use of what is only guessed so far: the answer begun at this depth."""
        if depth < len(self._open):
            self._open[-1].low = min(self._open[-1].low, depth)
