"""What is kept of one project: answers, and what they rest on."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import msgspec

from leaklint.cache.stamps import Stamp
from leaklint.model import Finding
from leaklint.report.content import Suppressed


class Answer(msgspec.Struct, frozen=True, array_like=True):
    """What was said of one file. digest: of its content. table, facts: the facts that the answer rests on beside that,
    as a set of bits for the facts of that table, lowest first."""

    shown: str
    digest: bytes
    table: int
    facts: bytes
    findings: tuple[Finding, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()


class KeptFact(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A fact as `resolve.trace` knows them, and a digest of what it was. directories: numbers of paths."""

    kind: str
    path: int
    directories: tuple[int, ...]
    name: str
    was: bytes


class Quiet(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A file that says nothing about resources. reached: what it imports, as a set; imports: a digest of how."""

    reached: bytes
    imports: bytes


class Words(msgspec.Struct, frozen=True, array_like=True):
    """What tells that a file still says nothing about resources. words: those that would make it do so -> the files
    that give them, as a set that is b"" for all. always: words that count anywhere. quiet: by path."""

    words: dict[str, bytes] = {}
    always: frozenset[str] = frozenset()
    quiet: dict[str, Quiet] = {}


class Table(msgspec.Struct, frozen=True, array_like=True):
    """Facts of one program, whose roots are those of the project and `extra`, unless that is ""."""

    extra: str
    facts: tuple[KeptFact, ...]
    words: Words = Words()


class Record(msgspec.Struct, array_like=True):
    """All that is kept of one project for one way of asking. paths: those that facts name by number. words: word -> the
    files of the project (by extra root) that hold it, by their number."""

    paths: list[str] = []
    stamps: dict[str, Stamp] = {}
    tables: list[Table] = []
    answers: dict[str, Answer] = {}
    words: dict[str, dict[str, list[int]]] = {}


def decode(data: bytes) -> Record:
    """A record from its bytes. Raises msgspec.MsgspecError."""
    return _DECODER.decode(data)


def encode(record: Record) -> bytes:
    """The bytes of a record."""
    return _ENCODER.encode(record)


def as_bytes(mask: int) -> bytes:
    """A set of facts as it is kept."""
    return mask.to_bytes((mask.bit_length() + 7) // 8, "little")


def as_mask(facts: bytes) -> int:
    """A set of facts as it is computed with."""
    return int.from_bytes(facts, "little")


def bits(mask: int) -> Iterator[int]:
    """The numbers of the facts in a set, lowest first."""
    return itertools.compress(itertools.count(), map(int, reversed(f"{mask:b}")))


_DECODER = msgspec.msgpack.Decoder(Record)
_ENCODER = msgspec.msgpack.Encoder()
