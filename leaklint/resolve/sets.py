"""Sets of numbers in little room: most hold few of many. They are computed with as integers with those bits set."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from typing import Any

_RUNS = re.compile(rb"[^\0]+(?:\0{1,4}[^\0]+)*")
_PLACE, _LENGTH = 3, 2
_LONGEST = 1 << 8 * _LENGTH
_FARTHEST = 1 << 8 * _PLACE
_DENSE, _SPARSE = b"\0", b"\1"
_SMALL = 1024
_ONE = ord("1")
_MOST_AT_HAND = 500
"""Packed sets that are at hand unpacked, too."""


def packed(mask: int) -> bytes:
    """A set in the shorter of two forms: all of its bits, or the bytes that are not empty, each run with its place."""
    data = mask.to_bytes((mask.bit_length() + 7) // 8, "little")
    if len(data) < 64 or len(data) >= _FARTHEST:
        return _DENSE + data
    parts, size = [_SPARSE], 1
    for match in _RUNS.finditer(data):
        run = match.group()
        if len(run) >= _LONGEST:
            return _DENSE + data
        parts += [match.start().to_bytes(_PLACE, "little"), len(run).to_bytes(_LENGTH, "little"), run]
        size += _PLACE + _LENGTH + len(run)
        if size >= len(data):
            return _DENSE + data
    return b"".join(parts)


def unpacked(data: bytes) -> int:
    """The set that `packed` gave the form of."""
    if data[:1] != _SPARSE:
        return int.from_bytes(data[1:], "little")
    mask, at, end = 0, 1, len(data)
    while at < end:
        place = int.from_bytes(data[at : at + _PLACE], "little")
        length = int.from_bytes(data[at + _PLACE : at + _PLACE + _LENGTH], "little")
        at += _PLACE + _LENGTH
        mask |= int.from_bytes(data[at : at + length], "little") << 8 * place
        at += length
    return mask


def as_int(known: int | bytes) -> int:
    """A set that may be packed."""
    return known if isinstance(known, int) else unpacked(known)


def members(mask: int) -> Iterator[int]:
    """The numbers in a set, lowest first."""
    return itertools.compress(itertools.count(), map(int, reversed(f"{mask:b}")))


def set_of_numbers(numbers: Iterable[int]) -> int:
    """The set of some numbers. To add them one by one would make a set anew for each."""
    known = [*numbers]
    bits = bytearray(b"0") * (max(known, default=0) + 1)
    for number in known:
        bits[-1 - number] = _ONE
    return int(bits, 2)


class SharedSets:
    """Keeps sets that many things rest on, each as one object: most are the same, and sets are large. packing: large
    ones in little room."""

    def __init__(self, *, packing: bool) -> None:
        self._packing = packing
        self._shared: dict[Any, Any] = {}
        self._packed: dict[int, bytes] = {}
        self._unpacked: dict[bytes, int] = {}

    def forget(self) -> None:
        """Begin anew: what is shared from here on is another object than before."""
        self._shared.clear()
        self._packed.clear()
        self._unpacked.clear()

    def share(self, mask: int | bytes) -> Any:
        """The set, which may be packed, as the object for it."""
        if isinstance(mask, bytes):
            if self._packing:
                return self._shared.setdefault(mask, mask)
            mask = unpacked(mask)
        if not self._packing or mask.bit_length() <= _SMALL:
            return self._shared.setdefault(mask, mask)
        known = self._packed.get(mask)
        if known is None:
            known = packed(mask)
            known = self._shared.setdefault(known, known)
            if len(self._packed) >= _MOST_AT_HAND:
                self._packed.clear()
            self._packed[mask] = known
        return known

    def set_of(self, shared: Any) -> int:
        """What `share` was given."""
        if type(shared) is int:
            return shared
        known = self._unpacked.get(shared)
        if known is None:
            if len(self._unpacked) >= _MOST_AT_HAND:
                self._unpacked.clear()
            known = self._unpacked[shared] = unpacked(shared)
        return known
