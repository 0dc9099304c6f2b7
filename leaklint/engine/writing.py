"""What a run leaves for the next one: its own answers beside those of earlier ones that may still hold."""

from __future__ import annotations

import functools
import itertools
import os
from collections.abc import Sequence

import msgspec

from leaklint.cache.record import Answer, KeptFact, KeptSurvey, Record, Table, Words, encode_concern
from leaklint.engine.concerns import all_told, asks_nothing_new, concern
from leaklint.engine.grounds import GONE
from leaklint.engine.keeping import NAMED, Keeper, Learnt, answer_key
from leaklint.engine.named_lines import places
from leaklint.engine.outcome import Outcome
from leaklint.engine.surveying import Joined, together
from leaklint.resolve.sets import members, packed, unpacked
from leaklint.resolve.trace import NAMING, Fact
from leaklint.source.discover import File

_MOST_TABLES = 64
_FEW = 100
"""New answers of one program, up to which they join a table that is there already."""


def written(keeper: Keeper) -> Record:
    """The record to be kept."""
    writer = _Writer(keeper)
    for (process, extra), facts in sorted(keeper.facts.items()):
        new = [one for one in keeper.new if one.process == process and one.grounds.extra == extra]
        writer.add(extra, [facts[number] for number in range(len(facts)) if number in facts], new)
    for extra in sorted({extra for _, extra in keeper.surveys}):
        writer.survey(extra)
    for extra in sorted({*keeper.record.concerns, *keeper.told}):
        writer.concern(extra)
    return writer.record()


class _Table:
    """A table that is being written. known: fact and what it was -> number."""

    def __init__(self, extra: str, facts: Sequence[KeptFact]) -> None:
        self.extra = extra
        self.facts = list(facts)
        self.answers: dict[str, Answer] = {}
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
        for answer in self.answers.values():
            used |= unpacked(answer.facts)
        if 2 * used.bit_count() >= len(self.facts):
            return
        kept = [bit == "1" for bit in f"{used:0{len(self.facts)}b}"[::-1]]
        self.facts = list(itertools.compress(self.facts, kept))
        self._known = None
        for path, answer in self.answers.items():
            left = itertools.compress(f"{unpacked(answer.facts):0{len(kept)}b}"[::-1], kept)
            facts = packed(int("".join(left)[::-1] or "0", 2))
            self.answers[path] = msgspec.structs.replace(answer, facts=facts)


class _Writer:
    def __init__(self, keeper: Keeper) -> None:
        self.keeper = keeper
        old = keeper.record
        self.paths: list[str] = list(old.paths)
        self._numbers = {path: number for number, path in enumerate(self.paths)}
        self.quiet: dict[str, Words] = {}
        self.surveys: dict[str, KeptSurvey] = {}
        self.concerns: dict[str, dict[str, msgspec.Raw]] = {}
        self._ways: dict[str, dict[int, bytes]] = {}
        self._idle: dict[str, set[tuple[int, str]]] = {}
        self._effects: dict[str, dict[tuple[int, str], bytes]] = {}
        self.tables = [_Table(table.extra, table.facts) for table in old.tables]
        for path, answer in old.answers.items():
            outdated = path in keeper.asked or not keeper.in_place(answer)
            if not outdated and self._exists(path.removesuffix(NAMED)) and answer.table < len(self.tables):
                self.tables[answer.table].answers[path] = answer
        for file, outcome, answer in keeper.renewed:
            self._say(self.tables[answer.table], file, outcome, answer.facts, answer.imports)

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

    def fact(self, extra: str, fact: Fact, was: bytes) -> KeptFact:
        kind = fact[0]
        if kind == "text":
            # Places are told as they are now, though all else is as it was with another content.
            was = self.keeper.likeness.content_like(extra, fact[1], was)
        if kind == "look":
            return KeptFact(kind, 0, tuple(map(self.path, fact[1])), fact[2], was)
        if kind == "word":
            return KeptFact(kind, 0, (), fact[1], was)
        return KeptFact(kind, self.path(fact[1]), (), fact[2] if kind in NAMING else "", was)

    def add(
        self,
        extra: str,
        facts: Sequence[tuple[Fact, bytes]],
        new: Sequence[Learnt],
    ) -> None:
        """Take over what one process found out about one program."""
        found = [one for one in new if not unpacked(one.grounds.facts) >> len(facts)]
        table = next((table for table in self.tables if table.extra == extra and table.answers), None)
        if table is None or len(found) > _FEW:
            table = _Table(extra, [self.fact(extra, *fact) for fact in facts])
            self.tables.append(table)
            for one in found:
                self._put(table, one, one.grounds.facts)
            return
        numbers: dict[int, int] = {}
        for one in found:
            mask = 0
            for number in members(unpacked(one.grounds.facts)):
                if number not in numbers:
                    numbers[number] = table.number(self.fact(extra, *facts[number]))
                mask |= 1 << numbers[number]
            self._put(table, one, packed(mask))

    def survey(self, extra: str) -> None:
        """Keep what was found out about the words of one program, by all who did."""
        keeper = self.keeper
        joined: Joined | None = None
        for (process, own), survey in sorted(keeper.surveys.items(), key=lambda one: one[0]):
            if own != extra:
                continue
            met = keeper.facts[(process, extra)]
            before = keeper.gone_on(extra)
            if before is not None:
                # It began with the files and the facts of that one, by the same numbers.
                held = {path: one for path, one in before.survey.files.items() if path not in before.stale and one.ways}
                survey = together([before.survey._replace(files=held), survey])
            facts = [self.fact(extra, *met[number]) for number in range(len(met))]
            if joined is None:
                joined = Joined(self.path, survey, facts)
            else:
                joined.add(survey, facts)
        if joined is not None:
            self.surveys[extra], self.quiet[extra] = joined.kept()
            self._ways[extra] = {self.path(path): ways for path, ways in joined.ways()}
            self._idle[extra] = joined.idle()
            self._effects[extra] = joined.effects()

    def concern(self, extra: str) -> None:
        """Keep what of the files of one program concerns anybody."""
        keeper = self.keeper
        known = keeper.record.concerns.get(extra, {})
        kept = self.concerns[extra] = {path: raw for path, raw in known.items() if self._exists(path)}
        words = self.quiet.get(extra) or keeper.record.quiet.get(extra)
        for path, tellings in keeper.told.get(extra, {}).items():
            before = keeper.likeness.concern(extra, path)
            new = all_told(tellings)
            if new is not None and before is not None and asks_nothing_new(before, new, keeper.stamps.digest(path)):
                continue
            kept.pop(path, None)
            data = keeper.likeness.content(path)
            found = concern(before, new, data, words) if new and data is not None and words is not None else None
            if found is not None:
                kept[path] = encode_concern(found)

    def _put(self, table: _Table, one: Learnt, facts: bytes) -> None:
        self._say(table, one.file, one.outcome, facts, one.grounds.imports)

    def _say(self, table: _Table, file: File, outcome: Outcome, facts: bytes, imports: bytes) -> None:
        stamp = self.keeper.stamps.current.get(file.path)
        if stamp is not None:
            named = (*outcome.findings, *(one.finding for one in outcome.suppressed))
            found = places(named, self.keeper.cwd, self.keeper.likeness.content)
            answer = Answer(file.shown, stamp.digest, 0, facts, outcome.findings, outcome.suppressed, imports, found)
            table.answers[answer_key(file)] = answer

    def record(self) -> Record:
        """What is to be kept of it all."""
        for table in self.tables:
            self._leave_out_outdated(table)
        tables = sorted((table for table in self.tables if table.answers), key=lambda table: -len(table.answers))
        del tables[_MOST_TABLES:]
        answers: dict[str, Answer] = {}
        for number, table in enumerate(tables):
            table.shrink()
            for path, answer in table.answers.items():
                answers[path] = answer if answer.table == number else msgspec.structs.replace(answer, table=number)
        stamps = {
            **{path: stamp for path, stamp in self.keeper.record.stamps.items() if self._exists(path)},
            **{path: stamp for path, stamp in self.keeper.stamps.current.items() if stamp is not None},
        }
        facts = [Table(table.extra, self._still(table.extra, table.facts)) for table in tables]
        return Record(
            paths=self.paths,
            words=self._words(),
            stamps=stamps,
            tables=facts,
            answers=answers,
            quiet={**self.keeper.record.quiet, **self.quiet},
            surveys={**self._old_surveys(), **self.surveys},
            concerns=self.concerns,
        )

    def _old_surveys(self) -> dict[str, KeptSurvey]:
        kept = self.keeper.record.surveys.items()
        return {
            extra: msgspec.structs.replace(one, facts=self._still(extra, one.facts))
            for extra, one in kept
            if extra not in self.surveys
        }

    def _is_gone(self, extra: str, one: KeptFact) -> bool:
        """Whether a fact about a body is no longer what it was."""
        path = self.paths[one.path]
        if one.kind == "plain":
            return self.keeper.now(extra, (one.kind, path, one.name), one.was) != one.was
        return one.kind == "body" and self.keeper.likeness.body(path, one.name, one.was) != one.was

    def _still(self, extra: str, facts: Sequence[KeptFact]) -> tuple[KeptFact, ...]:
        """Facts, of which those about bodies say what these are with the content that is kept of their files."""
        return tuple(
            msgspec.structs.replace(one, was=GONE) if one.path in self._changed and self._is_gone(extra, one) else one
            for one in facts
        )

    @functools.cached_property
    def _changed(self) -> set[int]:
        """The numbers of the files that are not what they were when the last run kept something."""
        known = self.keeper.record.stamps
        return {
            self.path(path)
            for path, stamp in self.keeper.stamps.current.items()
            if path in known and (stamp is None or stamp.digest != known[path].digest)
        }

    def _leave_out_outdated(self, table: _Table) -> None:
        """Answers that rest on what the words of a file once meant, or what its functions did, are none: what is kept
        must fit together."""
        ways = self._ways.get(table.extra)
        if ways is None:
            return
        idle, effects = self._idle[table.extra], self._effects[table.extra]
        outdated = 0
        for number, one in enumerate(table.facts):
            now: bytes | None = one.was
            if one.kind == "ways":
                now = ways.get(one.path)
            elif one.kind == "idle":
                now = b"1" if (one.path, one.name) in idle else b"0"
            elif one.kind == "effect":
                now = effects.get((one.path, one.name))
            if now != one.was:
                outdated |= 1 << number
        if outdated:
            table.answers = {path: one for path, one in table.answers.items() if not unpacked(one.facts) & outdated}

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
