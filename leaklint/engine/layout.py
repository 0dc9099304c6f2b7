"""What stands where in a file: the outermost functions in which no class stands."""

from __future__ import annotations

import functools
import re
from collections.abc import Container, Sequence
from typing import TYPE_CHECKING

import msgspec

from leaklint.digest import blake2b
from leaklint.model import Span
from leaklint.source.decode import Undecodable, decode

if TYPE_CHECKING:
    from leaklint.ir import ModuleIR, Procedure
    from leaklint.lowering.pieces import Piece


BODY_DIGEST = 8
"""Bytes of the digest of a body."""
ABSENT = bytes(BODY_DIGEST)
"""In place of the digest of a body that does not stand in a file: that of a function that a repair would add."""

_NOWHERE = Span(0, 0, 0, 0)
_WORD = re.compile(r"\w+")
_STRING = r"""\"{3}(?:[^\\]|\\.)*?\"{3}|'{3}(?:[^\\]|\\.)*?'{3}|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'"""
_DOCSTRING = re.compile(rf"\s*[rRuU]?(?:{_STRING})[ \t]*(?=\n)", re.DOTALL)
_LEXEMES = re.compile(rf"(\n(?:[ \t\f]*(?:#[^\n]*)?\n)+)|#[^\n]*|{_STRING}", re.DOTALL)
"""Lines without code; in the places of others nothing begins."""


class Inner(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A function that stands in another one. first, last: its lines, decorators included, from 1. said: a digest of
    what it is declared to be. types: the words by which it says of what type its parameters and its result are."""

    first: int
    last: int
    said: bytes
    types: tuple[str, ...]


class Part(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An outermost function. start, body, end: where its first line, its body and its end are. stands_alone: at the top
    of its module, nothing is evaluated where it is defined, and no other stands in it. inner: those that do."""

    name: str
    start: int
    body: int
    end: int
    is_generator: bool
    stands_alone: bool
    inner: tuple[Inner, ...] = ()


class Layout(msgspec.Struct, frozen=True, array_like=True):
    """parts: in source order."""

    parts: tuple[Part, ...]


class LaidOut:
    """A text with its layout. text: without a byte order mark."""

    def __init__(self, text: str, layout: Layout) -> None:
        self.text = text.removeprefix("\ufeff")
        self.layout = layout

    @functools.cached_property
    def starts(self) -> Sequence[int]:
        """Where its lines begin."""
        from leaklint.lowering.positions import line_starts

        return line_starts(self.text)

    def lines_of(self, inner: Inner) -> str:
        """The whole lines that a function in another one stands on."""
        end = self.starts[inner.last] if inner.last < len(self.starts) else len(self.text)
        return self.text[self.starts[inner.first - 1] : end]

    @functools.cached_property
    def bodies(self) -> dict[str, bytes]:
        """Digests of the bodies of all parts, by name."""
        return self.bodies_of([part.name for part in self.layout.parts])

    def bodies_of(self, names: Container[str]) -> dict[str, bytes]:
        """The same of some."""
        parts = (part for part in self.layout.parts if part.name in names)
        return {part.name: _digest(_spoken(self.text[part.body : part.end])) for part in parts}


def laid_out(path: str, data: bytes) -> LaidOut | None:
    """A file's bytes as text with its layout; None where nobody can say."""
    from leaklint.lowering import lower_module
    from leaklint.model import LeaklintError

    try:
        text = decode(data).text
        layout = layout_of(lower_module(text, path, ""))
    except (Undecodable, LeaklintError, RecursionError):
        return None
    return LaidOut(text, layout) if layout is not None else None


def layout_of(module: ModuleIR) -> Layout | None:
    """What stands where in a module; None where nobody can say."""
    from leaklint.lowering.module import Procedures

    procedures = module.procedures
    if not isinstance(procedures, Procedures):
        return None
    signatures = dict(module.signatures.items())

    def part(name: str, piece: Piece) -> Part:
        inner = tuple(_inner(signatures[one], *module.extents[one]) for one in procedures.inside(name))
        alone = name.isidentifier() and not piece.indented and not inner and not _evaluates(signatures[name])
        return Part(name, piece.start, piece.body, piece.end, signatures[name].is_generator, alone, inner)

    parts = tuple(part(*one) for one in procedures.apart())
    return Layout(parts)


def _inner(signature: Procedure, first: int, last: int) -> Inner:
    said = _digest(repr(msgspec.structs.replace(signature, span=_NOWHERE)))
    return Inner(first, last, said, tuple(sorted({word for text in signature.types for word in _WORD.findall(text)})))


def _evaluates(signature: Procedure) -> bool:
    """Whether something is evaluated where a function is defined."""
    if signature.decorators or signature.returns:
        return True
    return any(one.annotation or one.has_default for one in signature.parameters)


def _spoken(body: str) -> str:
    """A body without what says nothing: its docstring, blank lines, and comments that have a line of their own. Those
    that speak of findings concern others than who looks into a body; see `leaklint.engine.concerns`."""
    start = _DOCSTRING.match(body)
    return _LEXEMES.sub(lambda found: "\n" if found[1] else found[0], body[start.end() if start else 0 :])


def _digest(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=BODY_DIGEST).digest()
