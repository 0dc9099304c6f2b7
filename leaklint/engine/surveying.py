"""Surveys from run to run: in what form they are kept, how those of several processes join, which files of one have to
be looked at anew."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from leaklint.cache.record import KeptFact, KeptFile, KeptSurvey, Quiet, SurveyBody, Words, decode_body, encode_body
from leaklint.resolve.sets import as_int, members, packed, set_of_numbers, unpacked
from leaklint.resolve.trace import FOUND_OUT, Fact

if TYPE_CHECKING:
    from leaklint.ownership.survey import Survey, Surveyed

_MOST_FILES = 2000
"""Files of a program, beyond which it is not told which of them gives a word."""


class Recalled(NamedTuple):
    """A survey of an earlier run. facts: by number, with what they were. broken: those that are otherwise now, as a
    set. stale: files that have to be looked at anew; again: functions of others that have to be, by file. plain: those
    of the facts about what plain functions do whose bodies are what they were."""

    survey: Survey
    facts: Sequence[tuple[Fact, bytes]]
    broken: int
    stale: frozenset[str]
    again: Mapping[str, Sequence[str]]
    plain: frozenset[Fact] = frozenset()


class Joined:
    """Surveys of one program, becoming one. The numbers of files and facts are those of the first."""

    def __init__(self, number: Callable[[str], int], survey: Survey, facts: Sequence[KeptFact]) -> None:
        self._number = number
        self._order = {path: number for number, path in enumerate(survey.order)}
        self._facts = list(facts)
        self._numbers: dict[KeptFact, int] = {}
        self._masks: dict[bytes, int] = {}
        self._files = dict(survey.files)
        self._words = dict(survey.words)
        self._always = survey.always

    def add(self, survey: Survey, facts: Sequence[KeptFact]) -> None:
        """Join what another process told."""
        if not self._numbers:
            self._numbers = {fact: number for number, fact in enumerate(self._facts)}
        bit_of_file = [1 << self._order.setdefault(path, len(self._order)) for path in survey.order]
        number_here = functools.cache(lambda number: self._fact(facts[number]))
        moved: dict[int | bytes, bytes] = {}

        def rests(mask: int | bytes) -> bytes:
            if mask not in moved:
                # There are many of them, and large ones: they are held packed.
                moved[mask] = packed(set_of_numbers(map(number_here, members(as_int(mask)))))
            return moved[mask]

        reached = functools.cache(lambda mask: sum(bit_of_file[number] for number in members(mask)))
        for path, one in survey.files.items():
            new = one._replace(
                rests=rests(one.rests),
                reached=reached(one.reached),
                suspects={name: rests(mask) for name, mask in one.suspects.items()},
            )
            old = self._files.get(path)
            self._files[path] = new if old is None else _both(old, new)
        self._words.update(survey.words)
        self._always |= survey.always

    def _fact(self, fact: KeptFact) -> int:
        number = self._numbers.setdefault(fact, len(self._facts))
        if number == len(self._facts):
            self._facts.append(fact)
        return number

    def kept(self) -> tuple[KeptSurvey, Words]:
        """The survey in the form that is kept, and what tells which files stay quiet."""
        files = tuple(self._kept_file(path, one) for path, one in self._files.items())
        order = tuple(map(self._number, self._order))
        words = {library: tuple(own) for library, own in self._words.items()}
        body = SurveyBody(order, tuple(self._masks), files, words, self._always)
        return KeptSurvey(tuple(self._facts), packed(self._firm()), encode_body(body)), self._quiet()

    def ways(self) -> Iterator[tuple[str, bytes]]:
        """What the words of each file mean."""
        return ((path, one.ways) for path, one in self._files.items())

    def idle(self) -> set[tuple[int, str]]:
        """The functions that come by no resource, by the numbers of their files."""
        return {(self._number(path), name) for path, one in self._files.items() for name in one.idle}

    def effects(self) -> dict[tuple[int, str], bytes]:
        """Digests of what calls of functions do, by the numbers of their files."""
        files = ((self._number(path), one.effects) for path, one in self._files.items())
        return {(number, name): effect[0] for number, effects in files for name, effect in effects.items()}

    def _firm(self) -> int:
        own = {fact.path: 1 << number for number, fact in enumerate(self._facts) if fact.kind == "text"}
        firm = 0
        for path, one in self._files.items():
            firm |= as_int(one.rests) & ~own.get(self._number(path), 0)
            for mask in one.suspects.values():
                firm |= as_int(mask)
        return firm

    def _kept_file(self, path: str, one: Surveyed) -> KeptFile:
        return KeptFile(
            self._number(path),
            tuple(one.libraries),
            tuple(map(self._number, one.imports)),
            one.stated,
            tuple(one.passed),
            self._mask(one.rests),
            self._mask(one.reached),
            tuple(one.active),
            tuple(one.gives),
            {name: self._mask(mask) for name, mask in one.suspects.items()},
            one.ways,
            tuple(one.idle),
            dict(one.effects),
        )

    def _mask(self, mask: int | bytes) -> int:
        return self._masks.setdefault(packed(mask) if isinstance(mask, int) else mask, len(self._masks))

    def _quiet(self) -> Words:
        many = len(self._order) > _MOST_FILES
        giving: dict[str, int] = {}
        for path, one in self._files.items():
            bit = 1 << self._order[path]
            for library in one.libraries:
                for word in self._words[library]:
                    giving[word] = giving.get(word, 0) | bit
            for kind, word in one.gives:
                if kind in ("lead", "make"):
                    giving[word] = giving.get(word, 0) | bit
        quiet = {
            path: Quiet(b"" if many else packed(one.reached), one.stated, tuple(one.libraries))
            for path, one in self._files.items()
            if not one.active
        }
        return Words({word: b"" if many else packed(mask) for word, mask in giving.items()}, self._always, quiet)


def together(surveys: Iterable[Survey]) -> Survey:
    """What one process told at several times: what it told last of each file."""
    files: dict[str, Surveyed] = {}
    words: dict[str, Sequence[str]] = {}
    for survey in surveys:
        files.update(survey.files)
        words.update(survey.words)
    return survey._replace(files=files, words=words)


def _both(old: Surveyed, new: Surveyed) -> Surveyed:
    """What two processes found out about one file."""
    suspects = dict(old.suspects)
    for name, mask in new.suspects.items():
        suspects[name] = packed(as_int(suspects.get(name, 0)) | as_int(mask))
    return new._replace(
        rests=packed(as_int(old.rests) | as_int(new.rests)),
        reached=old.reached | new.reached,
        active=sorted({*old.active, *new.active}),
        gives=sorted({*old.gives, *new.gives}),
        suspects=suspects,
        ways=new.ways if new.ways == old.ways else b"",
        idle=sorted({*old.idle, *new.idle}),
        effects={**old.effects, **new.effects},
    )


def broken_facts(
    kept: KeptSurvey, fact: Callable[[KeptFact], Fact], holds: Callable[[KeptFact], bool], firm: int
) -> tuple[int, list[Fact]]:
    """Those facts of a survey that are no longer what they were, as a set, and one by one. holds: whether a fact is
    what it was. firm: those that are known to be, as a set."""
    broken, found = 0, []
    known = firm.to_bytes(len(kept.facts) // 8 + 1, "little")
    for number, one in enumerate(kept.facts):
        if known[number >> 3] >> (number & 7) & 1 or one.kind in FOUND_OUT:
            continue
        if not holds(one):
            broken |= 1 << number
            found.append(fact(one))
    return broken, found


def still_so(kept: KeptSurvey, broken: tuple[int, list[Fact]], stays_quiet: Callable[[str], bool]) -> bool:
    """Whether all that a survey tells is as it was: what changed are files that say as little about resources."""
    return not unpacked(kept.firm) & broken[0] and all(one[0] == "text" and stays_quiet(one[1]) for one in broken[1])


def recalled(
    kept: KeptSurvey,
    paths: Sequence[str],
    fact: Callable[[KeptFact], Fact],
    broken: int,
    stays_quiet: Callable[[str], bool],
    moved: Callable[[bytes], bool],
    same_body: Callable[[Fact, bytes], bool],
) -> Recalled:
    """A survey from the form in which it is kept. stays_quiet: whether a file that changed says as little about
    resources as it did. moved: whether what was said may name other lines now. same_body: whether the body of a plain
    function is what it was. Raises IndexError and KeyError for one that refers to what it lacks,
    msgspec.MsgspecError."""
    from leaklint.ownership.survey import Survey, Surveyed

    body = decode_body(kept.body)
    facts = [(fact(one), one.was) for one in kept.facts]
    own = {one[1]: 1 << number for number, (one, _) in enumerate(facts) if one[0] == "text"}
    sure = {paths[one.path] for one in body.files if one.ways}
    told = ((number, one) for number, (one, _) in enumerate(facts) if one[0] in FOUND_OUT)
    unsure = broken | sum(1 << number for number, one in told if one[1] not in sure)
    hit = [unpacked(mask) & unsure for mask in body.masks] if unsure else [0] * len(body.masks)
    files: dict[str, Surveyed] = {}
    stale = set()
    again: dict[str, list[str]] = {}
    for one in body.files:
        path = paths[one.path]
        resting = {name: body.masks[number] for name, number in one.suspects.items()}
        imports = tuple([paths[number] for number in one.imports])
        rests, reached = body.masks[one.rests], unpacked(body.masks[one.reached])
        idle = [name for name in one.idle if not hit[one.suspects[name]]] if unsure else one.idle
        files[path] = Surveyed(
            one.libraries,
            imports,
            one.stated,
            one.passed,
            rests,
            reached,
            one.active,
            one.gives,
            resting,
            one.ways,
            idle,
            {
                name: (digest, b"" if moved(data) else data)
                for name, (digest, data) in one.effects.items()
                if not hit[one.suspects[name]]
            },
        )
        wrong = hit[one.rests] & broken
        functions = [name for name, number in one.suspects.items() if hit[number] & broken] if broken else []
        if wrong and not (wrong == own.get(path) and not functions and stays_quiet(path)):
            stale.add(path)
        elif functions:
            again[path] = functions
    survey = Survey([paths[number] for number in body.order], files, body.words, body.always)
    plain = frozenset(fact for fact, was in facts if fact[0] == "plain" and same_body(fact, was))
    return Recalled(survey, facts, broken, frozenset(stale), again, plain)
