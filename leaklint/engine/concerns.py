"""What of a file's text concerns anybody: all but the bodies of functions that nobody looked into, and that hold no
word that anybody looked for."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Container, Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from leaklint.cache.record import Concern, Words
from leaklint.cache.stamps import content_digest
from leaklint.source.decode import Undecodable, decode
from leaklint.source.prefilter import IMPORTING, identifiers

if TYPE_CHECKING:
    from leaklint.ir import ModuleIR
    from leaklint.resolve.asked import AskedOf

_OF_COMMENTS = frozenset({"leaklint", "noqa"})
_PLAIN, _GENERATOR = b"\0plain\0", b"\0generator\0"


class Part(msgspec.Struct, frozen=True, gc=False):
    """A function that can be left out: in which no other stands. body, end: where its body and its end are."""

    name: str
    body: int
    end: int
    is_generator: bool


class Told(msgspec.Struct, frozen=True):
    """What one process asked of a file, as in `resolve.asked`, and what stands in that. placed: the names of those
    procedures that tell where they stand."""

    names: frozenset[str]
    words: frozenset[str]
    pieces: frozenset[str]
    attributes: bool
    parts: tuple[Part, ...]
    placed: tuple[str, ...]


def told(module: ModuleIR, asked: AskedOf) -> Told | None:
    """What was asked of a module; None where nobody can say what stands in it."""
    parts = parts_of(module)
    if parts is None:
        return None
    names, words, pieces = frozenset(asked.names), frozenset(asked.words), frozenset(asked.pieces)
    return Told(names, words, pieces, asked.attributes, parts, _placed(module))


def parts_of(module: ModuleIR) -> tuple[Part, ...] | None:
    """The functions of a module that can be left out, in source order."""
    from leaklint.lowering.module import Procedures

    if not isinstance(module.procedures, Procedures):
        return None
    return tuple(
        Part(name, piece.body, piece.end, module.signatures[name].is_generator)
        for name, piece in module.procedures.loose()
    )


def _placed(module: ModuleIR) -> tuple[str, ...]:
    return tuple(name for name in module.signatures if "<lambda" in name)


def concern(known: Concern | None, new: Told, data: bytes, words: Words) -> Concern | None:
    """What concerns anybody of a file that has this content. known: of the same content, from earlier runs."""
    try:
        text = decode(data).text
    except Undecodable:
        return None
    names, looked, pieces, attributes = new.names, new.words, new.pieces, new.attributes
    same: tuple[bytes, ...] = (content_digest(data),)
    if known is not None:
        names, looked, pieces = names.union(known.names), looked.union(known.words), pieces.union(known.pieces)
        attributes = attributes or known.attributes
        same = tuple(dict.fromkeys((*known.same, *same)))
    asked = Concern(same, tuple(sorted(names)), tuple(sorted(looked)), tuple(sorted(pieces)), attributes, b"")
    return msgspec.structs.replace(asked, digest=_digest(asked, text, new.parts, new.placed, words))


def still_concerns(known: Concern, path: str, data: bytes, words: Words) -> bool:
    """Whether a file with other content is, to all who asked, what it was."""
    from leaklint.lowering import lower_module
    from leaklint.model import LeaklintError

    try:
        text = decode(data).text
        module = lower_module(text, path, "")
    except (Undecodable, LeaklintError, RecursionError):
        return False
    parts = parts_of(module)
    return parts is not None and _digest(known, text, parts, _placed(module), words) == known.digest


def _digest(asked: Concern, text: str, parts: Iterable[Part], placed: Iterable[str], words: Words) -> bytes:
    text = text.removeprefix("\ufeff")
    found = hashlib.blake2b(digest_size=16)
    wanted = frozenset(asked.words)
    odd = [word for word in wanted if not (word.isascii() and word.isidentifier())]
    for piece in _concerning(text, parts, frozenset(asked.names), wanted, odd, words):
        found.update(piece)
    told = [*placed, "", *(one for one in asked.pieces if one in text)]
    if asked.attributes:
        from leaklint.resolve.program import attributes_assigned

        told += ["", *sorted(attributes_assigned(text))]
    found.update("\n".join(told).encode("utf-8", "surrogatepass"))
    return found.digest()


def _concerning(
    text: str,
    parts: Iterable[Part],
    names: Container[str],
    wanted: frozenset[str],
    odd: Collection[str],
    words: Words,
) -> Iterator[bytes]:
    at = 0
    for part in parts:
        if part.name in names:
            continue
        body = text[part.body : part.end]
        if _counts(body, wanted, words) or any(word in body for word in odd):
            continue
        yield text[at : part.body].encode("utf-8", "surrogatepass")
        yield _GENERATOR if part.is_generator else _PLAIN
        at = part.end
    yield text[at:].encode("utf-8", "surrogatepass")


def _counts(body: str, wanted: frozenset[str], words: Words) -> bool:
    """Whether part of a file holds a word that was looked for, or one that could lead to a resource anywhere, or that
    speaks of findings."""
    own = set(identifiers(body.encode("utf-8", "replace")).decode("utf-8", "replace").split())
    if not own.isdisjoint(wanted) or not own.isdisjoint(words.always):
        return True
    return not (own.isdisjoint(words.words) and own.isdisjoint(IMPORTING) and own.isdisjoint(_OF_COMMENTS))


def all_told(tellings: Iterable[Told | None]) -> Told | None:
    """What several processes asked of the same content; None where one cannot say."""
    found: Told | None = None
    for one in tellings:
        if one is None:
            return None
        if found is not None:
            one = msgspec.structs.replace(
                one,
                names=one.names | found.names,
                words=one.words | found.words,
                pieces=one.pieces | found.pieces,
                attributes=one.attributes or found.attributes,
            )
        found = one
    return found


def asks_nothing_new(known: Concern, new: Told, content: bytes) -> bool:
    """Whether all that was asked of a file with this content was asked before."""
    return (
        content in known.same
        and new.names.issubset(known.names)
        and new.words.issubset(known.words)
        and new.pieces.issubset(known.pieces)
        and new.attributes <= known.attributes
    )
