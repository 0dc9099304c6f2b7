"""What of a file's text concerns anybody: all but the bodies of functions, of which only the words count that anybody
looked for; and but for whole functions that nobody asked for by name. A body itself concerns those who looked into it:
that is a fact of its own."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Container, Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from leaklint.cache.record import Concern, Words
from leaklint.cache.stamps import content_digest
from leaklint.digest import blake2b
from leaklint.engine.layout import LaidOut, Layout, Part, layout_of
from leaklint.resolve.asked import Questions
from leaklint.resolve.roles import Role, may_be
from leaklint.resolve.wording import attributes_assigned
from leaklint.source.decode import Undecodable, decode
from leaklint.source.occurrences import ASKING, use_of
from leaklint.source.prefilter import IMPORTING, identifiers, imported

if TYPE_CHECKING:
    from leaklint.ir import ModuleIR

OF_COMMENTS = frozenset({"leaklint", "noqa"})
"""Words of the comments that speak of findings, in small letters."""
_PLAIN, _GENERATOR = "\0plain", "\0generator"
_OF_OTHERS = re.compile(r"^(?:(?!leaklint|noqa).)*# noqa: (?!LK)[A-Z]+\d+(?:, ?(?!LK)[A-Z]+\d+)*$", re.IGNORECASE)
"""A line that suppresses what other tools find, and nothing else."""
_WORD = re.compile(r"\w+")


class Told(msgspec.Struct, frozen=True, array_like=True):
    """What one process asked of a file, and what stands in that. Of many files it is held as bytes, which take a tenth
    of the room."""

    asked: Questions
    layout: Layout


_TOLD = msgspec.msgpack.Decoder(Told)


def told(module: ModuleIR, asked: Questions) -> bytes | None:
    """What was asked of a module, as the bytes of a `Told`; None where nobody can say what stands in it, or something
    was looked for that is no text."""
    layout = layout_of(module)
    with contextlib.suppress(UnicodeError):
        return msgspec.msgpack.encode(Told(asked, layout)) if layout is not None else None
    return None


def concern(known: Concern | None, new: Told, data: bytes, words: Words) -> Concern | None:
    """What concerns anybody of a file that has this content. known: of the same content, from earlier runs."""
    try:
        text = decode(data).text
    except Undecodable:
        return None
    same = dict.fromkeys((*(known.same if known else ()), content_digest(data)))
    asked = known.asked.union(new.asked) if known else new.asked
    return Concern(tuple(same), asked, _digest(asked, LaidOut(text, new.layout), words))


def still_concerns(known: Concern, file: LaidOut, words: Words) -> bool:
    """Whether a file with other content is, but for bodies, what it was to all who asked."""
    return _digest(known.asked, file, words) == known.digest


def _digest(asked: Questions, file: LaidOut, words: Words) -> bytes:
    text = file.text
    found = blake2b(digest_size=16)
    for piece in _concerning(file, _Counts(asked, words)):
        found.update(piece.encode("utf-8", "surrogatepass") + b"\0")
    further = [one for one in sorted({*asked.pieces, ASKING}) if one in text]
    if asked.attributes:
        further += ["", *sorted(attributes_assigned(text))]
    found.update("\n".join(further).encode("utf-8", "surrogatepass"))
    return found.digest()


def _concerning(file: LaidOut, counts: _Counts) -> Iterator[str]:
    """The parts of a text that concern anybody, in order; no blank lines and comments before and after functions."""
    text, at, before = file.text, 0, ""
    for part in file.layout.parts:
        before += _trimmed(text[at : part.start], at)
        at = part.end
        if counts.leaves_out(text, part):
            continue
        yield before
        before = ""
        yield text[part.start : part.body]
        yield _GENERATOR if part.is_generator else _PLAIN
        yield counts.of(text, part)
        for inner in part.inner:
            # It is asked in which lines words stand: those of one function in another are lines of both.
            yield inner.said.hex()
            yield counts.within(text, file.lines_of(inner), inner.types)
    yield before + _trimmed(text[at:], at)


class _Counts:
    """What counts in a file: what was asked of it, and the words that could lead to a resource anywhere."""

    def __init__(self, asked: Questions, words: Words) -> None:
        self.asked = asked
        self._odd = [word for word in asked.words if not (word.isascii() and word.isidentifier())]
        self._counted = (asked.words, words.always, words.words, IMPORTING)

    def of(self, text: str, part: Part) -> str:
        """What counts of the body of a function, beside its graph: what it imports, and for what and as what it has
        which word that was looked for, or that could lead to a resource anywhere; of those by which it is declared, how
        often, too; all of it, where it may speak of findings."""
        header = text[part.start : part.body]
        return self.within(text, text[part.body : part.end], frozenset(_WORD.findall(header)), header)

    def within(self, text: str, piece: str, declared: Container[str], header: str = "") -> str:
        """The same of any piece of a text, before which a header stands. declared: words of which it counts how often
        they are there."""
        data = piece.encode("utf-8", "replace")
        own = identifiers(data)
        if any(word in piece for word in self._odd) or _may_speak(own, piece):
            return piece
        words = sorted({word for word in own if any(word in some for some in self._counted)})
        counted = [f"{word} {own.count(word)}" if word in declared else word for word in words]
        around = header + piece + (f"\n{ASKING}" if ASKING in text else "")
        counted += [use_of(around, word).name for word in words]
        counted += [role.name for word in words for role in Role if may_be(role, around, word)]
        if "import" in piece:
            counted += [line.strip() for line in piece.splitlines() if "import" in line]
            counted += map(str, imported(data))
        return " ".join(counted)

    def leaves_out(self, text: str, part: Part) -> bool:
        """Whether a function might as well not be there: nobody looked for it, and nothing here names it."""
        name, names = part.name, self.asked.names
        if not part.stands_alone or "*" in names or name in names or name in self.asked.sought:
            return False
        piece, named = text[part.start : part.end], re.compile(rf"\b{name}\b")
        return len(named.findall(text)) == len(named.findall(piece)) and not self.of(text, part)


def _may_speak(words: Iterable[str], piece: str) -> bool:
    """Whether a text of these identifiers may hold a comment that speaks of findings."""
    if OF_COMMENTS.isdisjoint(map(str.lower, words)):
        return False
    lines = (line for line in piece.splitlines() if not OF_COMMENTS.isdisjoint(_WORD.findall(line.lower())))
    return not all(map(_OF_OTHERS.search, lines))


def _trimmed(between: str, at: int) -> str:
    """What stands between two functions, without the blank lines and comments at its ends; at the beginning of the file
    the first lines stay."""
    lines = between.splitlines(keepends=True)
    last = len(lines)
    while last and _is_idle(lines[last - 1]):
        last -= 1
    first = 0
    while at and first < last and _is_idle(lines[first]):
        first += 1
    return "".join(lines[first:last])


def _is_idle(line: str) -> bool:
    line = line.strip()
    return not line or (line[0] == "#" and OF_COMMENTS.isdisjoint(_WORD.findall(line.lower())))


def all_told(tellings: Iterable[bytes | None]) -> Told | None:
    """What several processes asked of the same content; None where one cannot say."""
    found: Told | None = None
    for data in tellings:
        if data is None:
            return None
        one = _TOLD.decode(data)
        found = one if found is None else msgspec.structs.replace(one, asked=one.asked.union(found.asked))
    return found


def asks_nothing_new(known: Concern, new: Told, content: bytes) -> bool:
    """Whether all that was asked of a file with this content was asked before."""
    return content in known.same and known.asked.covers(new.asked)
