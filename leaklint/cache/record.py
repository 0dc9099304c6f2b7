"""What is kept of one project: answers, and what they rest on."""

from __future__ import annotations

import msgspec

from leaklint.cache.stamps import Stamp
from leaklint.model import Finding
from leaklint.report.content import Suppressed
from leaklint.resolve.asked import Questions


class Place(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The last line that is named of a file, and a digest of all down to it, and of how often the file has each of some
    words."""

    path: str
    last: int
    words: tuple[str, ...]
    digest: bytes


class Answer(msgspec.Struct, frozen=True, array_like=True):
    """What was said of one file. digest: of its content. table, facts: the facts that the answer rests on beside that,
    as a set for the facts of that table. imports: a digest of how the file imports, where that and its words tell
    all. places: the lines that the findings name."""

    shown: str
    digest: bytes
    table: int
    facts: bytes
    findings: tuple[Finding, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    imports: bytes = b""
    places: tuple[Place, ...] = ()


class KeptFact(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A fact as `resolve.trace` knows them, and a digest of what it was. directories: numbers of paths."""

    kind: str
    path: int
    directories: tuple[int, ...]
    name: str
    was: bytes


class Quiet(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A file that says nothing about resources. reached: what it imports, as a set; imports: a digest of how.
    libraries: those that it imports, with no word by which it takes something."""

    reached: bytes
    imports: bytes
    libraries: tuple[str, ...] = ()


class Words(msgspec.Struct, frozen=True, array_like=True):
    """What tells that a file of a program still says nothing about resources. words: those that would make it do so ->
    the files that give them, as a set that is b"" for all. always: words that count anywhere. quiet: by path."""

    words: dict[str, bytes] = {}
    always: frozenset[str] = frozenset()
    quiet: dict[str, Quiet] = {}


class Concern(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What was ever asked of a file, and a digest of all of its text that this concerns. same: the digests of the
    contents that are the same in that."""

    same: tuple[bytes, ...]
    asked: Questions
    digest: bytes


class Table(msgspec.Struct, frozen=True, array_like=True):
    """Facts of one program, whose roots are those of the project and `extra`, unless that is ""."""

    extra: str
    facts: tuple[KeptFact, ...]


class KeptFile(msgspec.Struct, frozen=True, array_like=True):
    """One file of a survey, as `ownership.survey.Surveyed`. path, imports: numbers of paths. rests, reached, and the
    values of suspects: numbers of masks."""

    path: int
    libraries: tuple[str, ...]
    imports: tuple[int, ...]
    stated: bytes
    passed: tuple[str, ...]
    rests: int
    reached: int
    active: tuple[str, ...]
    gives: tuple[tuple[str, str], ...]
    suspects: dict[str, int]
    ways: bytes
    idle: tuple[str, ...] = ()
    effects: dict[str, tuple[bytes, bytes]] = {}


class KeptSurvey(msgspec.Struct, frozen=True, array_like=True):
    """What was found out about the words of one program. facts: what that rests on. firm: those on which more rests
    than what a file's own text says, as a set. body: a SurveyBody, which few runs need."""

    facts: tuple[KeptFact, ...]
    firm: bytes
    body: msgspec.Raw


class SurveyBody(msgspec.Struct, frozen=True, array_like=True):
    """order: paths, by the numbers that sets of files have for them. masks: sets, of facts of the survey or of files.
    words, always: as in `ownership.survey.Survey`."""

    order: tuple[int, ...]
    masks: tuple[bytes, ...]
    files: tuple[KeptFile, ...]
    words: dict[str, tuple[str, ...]]
    always: frozenset[str]


class Record(msgspec.Struct, array_like=True):
    """All that is kept of one project for one way of asking. paths: those that facts name by number. words: word -> the
    files of the project (by extra root) that hold it, by their number. quiet, surveys: by extra root. concerns: by
    extra root and path, a Concern, which few runs need."""

    paths: list[str] = []
    stamps: dict[str, Stamp] = {}
    tables: list[Table] = []
    answers: dict[str, Answer] = {}
    words: dict[str, dict[str, list[int]]] = {}
    quiet: dict[str, Words] = {}
    surveys: dict[str, KeptSurvey] = {}
    concerns: dict[str, dict[str, msgspec.Raw]] = {}


def decode(data: bytes | memoryview) -> Record:
    """A record from its bytes. Raises msgspec.MsgspecError."""
    return _DECODER.decode(data)


def encode(record: Record) -> bytes:
    """The bytes of a record."""
    return _ENCODER.encode(record)


def decode_body(data: msgspec.Raw) -> SurveyBody:
    """The body of a survey from its bytes. Raises msgspec.MsgspecError."""
    return _BODIES.decode(data)


def encode_body(body: SurveyBody) -> msgspec.Raw:
    """The bytes of a survey's body."""
    return msgspec.Raw(_ENCODER.encode(body))


def decode_concern(data: msgspec.Raw) -> Concern:
    """A concern from its bytes. Raises msgspec.MsgspecError."""
    return _CONCERNS.decode(data)


def encode_concern(one: Concern) -> msgspec.Raw:
    """The bytes of a concern."""
    return msgspec.Raw(_ORDERLY.encode(one))


_DECODER = msgspec.msgpack.Decoder(Record)
_BODIES = msgspec.msgpack.Decoder(SurveyBody)
_CONCERNS = msgspec.msgpack.Decoder(Concern)
_ENCODER = msgspec.msgpack.Encoder()
_ORDERLY = msgspec.msgpack.Encoder(order="deterministic")
