"""What a run leaves for the next one: its own answers beside those of earlier ones that may still hold."""

from __future__ import annotations

import itertools
import os
from collections.abc import Sequence

import msgspec

from leaklint.cache.record import Answer, KeptFact, Record, Table, Words, as_bytes, as_mask, bits
from leaklint.engine.keeping import NAMED, Keeper, Learnt, answer_key
from leaklint.engine.outcome import Outcome
from leaklint.resolve.trace import Fact
from leaklint.source.discover import File

_MOST_TABLES = 64
_FEW = 100
"""New answers of one program, up to which they join a table that is there already."""


def written(keeper: Keeper) -> Record:
    """The record to be kept."""
    writer = _Writer(keeper)
    for (process, extra), facts in sorted(keeper.facts.items()):
        new = [one for one in keeper.new if one.process == process and one.grounds.extra == extra]
        told = keeper.words.get((process, extra), (Words(), frozenset[str]()))
        writer.add(extra, [facts[number] for number in range(len(facts)) if number in facts], new, told)
    return writer.record()


class _Table:
    """A table that is being written. known: fact and what it was -> number."""

    def __init__(self, extra: str, facts: Sequence[KeptFact], words: Words) -> None:
        self.extra = extra
        self.words = words
        self.facts = list(facts)
        self.answers: dict[str, tuple[Answer, int]] = {}
        self._known: dict[KeptFact, int] | None = None

    def number(self, fact: KeptFact) -> int:
        if self._known is None:
            self._known = {one: number for number, one in enumerate(self.facts)}
        number = self._known.get(fact)
        if number is None:
            number = self._known[fact] = len(self.facts)
            self.facts.append(fact)
        return number

    def shrink(self) -> None:
        """Leave out the facts that no answer rests on any more, if they are most."""
        used = 0
        for _, mask in self.answers.values():
            used |= mask
        if 2 * used.bit_count() >= len(self.facts):
            return
        kept = [bit == "1" for bit in f"{used:0{len(self.facts)}b}"[::-1]]
        self.facts = list(itertools.compress(self.facts, kept))
        self._known = None
        for path, (answer, mask) in self.answers.items():
            left = itertools.compress(f"{mask:0{len(kept)}b}"[::-1], kept)
            self.answers[path] = (answer, int("".join(left)[::-1] or "0", 2))


def _merged(words: Words, new: Words, seen: frozenset[str]) -> Words:
    """What is known of words once a program was looked into again, in part. The numbers of files differ there, so the
    words known there count anywhere."""
    quiet = {
        path: known
        for path, known in words.quiet.items()
        if path not in seen or (path in new.quiet and new.quiet[path].imports == known.imports)
    }
    return Words({**words.words, **dict.fromkeys(new.words, b"")}, words.always | new.always, quiet)


class _Writer:
    def __init__(self, keeper: Keeper) -> None:
        self.keeper = keeper
        old = keeper.record
        self.paths: list[str] = list(old.paths)
        self._numbers = {path: number for number, path in enumerate(self.paths)}
        self.tables = [_Table(table.extra, table.facts, table.words) for table in old.tables]
        for path, answer in old.answers.items():
            if path not in keeper.asked and self._exists(path.removesuffix(NAMED)) and answer.table < len(self.tables):
                self.tables[answer.table].answers[path] = (answer, as_mask(answer.facts))
        for file, outcome, answer in keeper.renewed:
            self._say(self.tables[answer.table], file, outcome, as_mask(answer.facts))

    def _exists(self, path: str) -> bool:
        if path in self.keeper.stamps.current:
            return self.keeper.stamps.current[path] is not None
        return os.path.lexists(path)

    def path(self, path: str) -> int:
        number = self._numbers.get(path)
        if number is None:
            number = self._numbers[path] = len(self.paths)
            self.paths.append(path)
        return number

    def fact(self, fact: Fact, was: bytes) -> KeptFact:
        kind = fact[0]
        if kind == "look":
            return KeptFact(kind, 0, tuple(map(self.path, fact[1])), fact[2], was)
        if kind == "word":
            return KeptFact(kind, 0, (), fact[1], was)
        return KeptFact(kind, self.path(fact[1]), (), fact[2] if kind == "locate" else "", was)

    def add(
        self,
        extra: str,
        facts: Sequence[tuple[Fact, bytes]],
        new: Sequence[Learnt],
        told: tuple[Words, frozenset[str]],
    ) -> None:
        """Take over what one process found out about one program."""
        found = [one for one in new if not one.grounds.facts >> len(facts)]
        table = next((table for table in self.tables if table.extra == extra and table.answers), None)
        if table is None or len(found) > _FEW:
            table = _Table(extra, [self.fact(*fact) for fact in facts], told[0])
            self.tables.append(table)
            for one in found:
                self._put(table, one, one.grounds.facts)
            return
        table.words = _merged(table.words, *told)
        numbers: dict[int, int] = {}
        for one in found:
            mask = 0
            for number in bits(one.grounds.facts):
                if number not in numbers:
                    numbers[number] = table.number(self.fact(*facts[number]))
                mask |= 1 << numbers[number]
            self._put(table, one, mask)

    def _put(self, table: _Table, one: Learnt, mask: int) -> None:
        self._say(table, one.file, one.outcome, mask)

    def _say(self, table: _Table, file: File, outcome: Outcome, mask: int) -> None:
        stamp = self.keeper.stamps.current.get(file.path)
        if stamp is not None:
            answer = Answer(file.shown, stamp.digest, 0, b"", outcome.findings, outcome.suppressed)
            table.answers[answer_key(file)] = (answer, mask)

    def record(self) -> Record:
        """What is to be kept of it all."""
        tables = sorted((table for table in self.tables if table.answers), key=lambda table: -len(table.answers))
        del tables[_MOST_TABLES:]
        answers: dict[str, Answer] = {}
        for number, table in enumerate(tables):
            table.shrink()
            for path, (answer, mask) in table.answers.items():
                answers[path] = msgspec.structs.replace(answer, table=number, facts=as_bytes(mask))
        stamps = {
            **{path: stamp for path, stamp in self.keeper.record.stamps.items() if self._exists(path)},
            **{path: stamp for path, stamp in self.keeper.stamps.current.items() if stamp is not None},
        }
        return Record(
            paths=self.paths,
            words=self._words(),
            stamps=stamps,
            tables=[Table(table.extra, tuple(table.facts), table.words) for table in tables],
            answers=answers,
        )

    def _words(self) -> dict[str, dict[str, list[int]]]:
        """Which files hold the words that were ever asked for, now."""
        keeper = self.keeper
        held = {extra: dict(words) for extra, words in keeper.searches.items()}
        for extra, words in keeper.record.words.items():
            for word in words:
                if word not in held.setdefault(extra, {}):
                    held[extra][word] = keeper.present.holding(extra, word) or []
        return {
            extra: {word: [self.path(path) for path in paths] for word, paths in words.items()}
            for extra, words in held.items()
        }
