"""What was found out about the words of a program's files, in a form that can be kept and gone on from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from leaklint.digest import blake2b

Gift = tuple[str, str]
"""What a file gives to those that import it: "lead" and a name that leads to a resource, "make" and one whose result
does, "take" and a function that is passed something of the kind, "lambda" and one that hands a resource over. Functions
and classes are named `module:name`."""


class Surveyed(NamedTuple):
    """One file. imports: the files that its imports lead to, stated: a digest of the statements, passed: the words of
    libraries that it takes over and thereby passes on; they rest on the facts `rests`. reached: the files that it
    imports, directly or through others, as numbers in the survey. active: the words in it that make a function a
    suspect. suspects: their names, and the facts that what is known of them rests on. ways: see `Suspects.ways`. idle:
    those of the suspects that come by no resource. effects: what a call does of those that were interpreted. Sets of
    facts may be packed, as in `resolve.sets`."""

    libraries: Sequence[str]
    imports: Sequence[str]
    stated: bytes
    passed: Sequence[str]
    rests: int | bytes
    reached: int
    active: Sequence[str]
    gives: Sequence[Gift]
    suspects: Mapping[str, int | bytes]
    ways: bytes
    idle: Sequence[str] = ()
    effects: Mapping[str, tuple[bytes, bytes]] = {}


class Survey(NamedTuple):
    """A program, as far as it was looked at. order: its files by number. files: by path. words: library -> the words by
    which files that import it take something. always: words that count anywhere. Sets of facts, and of numbers of
    files, are bit masks."""

    order: Sequence[str]
    files: Mapping[str, Surveyed]
    words: Mapping[str, Sequence[str]]
    always: frozenset[str]


def digest(lines: Iterable[str]) -> bytes:
    """A short form of some lines, for telling whether they changed."""
    return blake2b("\n".join(lines).encode("utf-8", "surrogatepass"), digest_size=8).digest()


def gives_digest(gives: Iterable[Gift]) -> bytes:
    """A short form of what a file gives."""
    return digest(f"{kind} {name}" for kind, name in sorted(gives))
