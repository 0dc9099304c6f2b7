"""Seals of whole questions: what one covers, and what is left of it where something new is kept."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from leaklint.cache.record import KeptFact, Record
from leaklint.cache.seal import (
    Seal,
    SealedAnswer,
    SealedFile,
    encode_answers,
    names_in,
    sealed_directories,
    sealed_file,
)
from leaklint.engine.kept import asked
from leaklint.engine.outcome import Outcome
from leaklint.resolve.sets import members, packed
from leaklint.source.discover import File
from leaklint.source.ignoring import files_read

if TYPE_CHECKING:
    from leaklint.engine.keeping import Keeper

_ABOUT_NAMES = frozenset({"look", "package", "search", "locate"})
"""Kinds of facts that rest on nothing but what names there are in directories."""


def sealed_at_once(keeper: Keeper, files: Sequence[File]) -> Seal | None:
    """A seal of a question that was answered only now, by a keeper of what is kept of it. Making the cache changed the
    directory that this is in."""
    around = os.path.dirname(keeper.store.directory)
    young = {around: names_in(around)}
    keeper.recall(files)
    return sealed_now(keeper, *keeper.answered, young) if keeper.answered is not None else None


def sealed_now(
    keeper: Keeper, files: Sequence[File], outcomes: Sequence[Outcome], young: Mapping[str, bytes] | None = None
) -> Seal | None:
    """A seal of a question all of whose answers were found to hold; None where something changed too shortly before.
    young: as for `sealed_directories`."""
    present, before = keeper.present, keeper.seal
    directories = present.seen() | ({one.path for one in before.directories} if before and keeper.sealed else set())
    told = sealed_directories(sorted(directories), keeper.began, young)
    if told is None:
        return None
    paths = {*keeper.stamps.current, *present.read, *_said_to_be_ignored(present.walked)}
    if before is not None and keeper.sealed:
        paths.update(one.path for one in before.files)
    sealed: list[SealedFile] = []
    for path in sorted(paths):
        one = sealed_file(path, keeper.began)
        if one is None:
            return None
        sealed.append(one)
    said = [
        SealedAnswer(number, outcome.findings, outcome.suppressed)
        for number, outcome in enumerate(outcomes)
        if outcome.findings or outcome.suppressed
    ]
    tables, surveys = _held(keeper)
    return Seal(
        record=keeper.store.digest,
        asked=asked(files),
        count=len(files),
        directories=tuple(told),
        files=tuple(sealed),
        tables=tables,
        surveys=surveys,
        answers=encode_answers(said),
    )


def carried_over(seal: Seal, old: Record, new: Record, sealed: Mapping[str | int, int], digest: bytes) -> Seal:
    """What a seal still says of the facts of a newer record, whose digest is `digest`. It answers nothing by itself."""
    known: dict[str, set[KeptFact]] = {}
    for number, table in enumerate(old.tables):
        known.setdefault(table.extra, set()).update(_of(table.facts, sealed.get(number, 0)))
    for extra, survey in old.surveys.items():
        known.setdefault(extra, set()).update(_of(survey.facts, sealed.get(extra, 0)))

    def still(extra: str, facts: Iterable[KeptFact]) -> bytes:
        held = known.get(extra, ())
        return packed(_flagged([fact in held for fact in facts]))

    return msgspec.structs.replace(
        seal,
        record=digest,
        asked=b"",
        count=0,
        files=(),
        tables=tuple(still(table.extra, table.facts) for table in new.tables),
        surveys={extra: still(extra, survey.facts) for extra, survey in new.surveys.items()},
        answers=encode_answers([]),
    )


def _of(facts: Sequence[KeptFact], mask: int) -> Iterable[KeptFact]:
    return (facts[number] for number in members(mask))


def _held(keeper: Keeper) -> tuple[tuple[bytes, ...], dict[str, bytes]]:
    """The facts about names that were found to hold, of each table and each survey."""
    tables = [
        keeper.sealed.get(number, 0) | _holding(keeper, table.extra, table.facts)
        for number, table in enumerate(keeper.record.tables)
    ]
    surveys = {
        extra: keeper.sealed.get(extra, 0) | _holding(keeper, extra, survey.facts)
        for extra, survey in keeper.record.surveys.items()
    }
    return tuple(map(packed, tables)), {extra: packed(mask) for extra, mask in surveys.items()}


def _holding(keeper: Keeper, extra: str, facts: Sequence[KeptFact]) -> int:
    return _flagged([one.kind in _ABOUT_NAMES and keeper.found_to_be(extra, one) == one.was for one in facts])


def _flagged(flags: Sequence[bool]) -> int:
    data = bytearray(len(flags) // 8 + 1)
    for number, flag in enumerate(flags):
        if flag:
            data[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(data, "little")


def _said_to_be_ignored(walked: set[str]) -> list[str]:
    """The files that say what is left out of directories, where their being there is told by no directory."""
    return [
        path
        for path in files_read(walked)
        if os.path.lexists(path) or not (os.path.dirname(path) in walked or not os.path.lexists(os.path.dirname(path)))
    ]
