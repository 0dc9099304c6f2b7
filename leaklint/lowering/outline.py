"""What a module tells of its procedures before any of them is lowered."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, KeysView, Mapping, ValuesView
from typing import Any

from leaklint import ir


class Signatures(Mapping[str, ir.Procedure]):
    """Remembers in `sought` which names were looked up, whether or not they are there."""

    __slots__ = ("_known", "_sought")

    def __init__(self, known: Mapping[str, ir.Procedure], sought: set[str]) -> None:
        self._known = known
        self._sought: set[Any] = sought

    def __getitem__(self, name: str) -> ir.Procedure:
        self._sought.add(name)
        return self._known[name]

    def __contains__(self, name: object) -> bool:
        self._sought.add(name)
        return name in self._known

    def get(self, name: str, default: Any = None) -> Any:
        self._sought.add(name)
        return self._known.get(name, default)

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def keys(self) -> KeysView[str]:
        return self._known.keys()

    def values(self) -> ValuesView[ir.Procedure]:
        return self._known.values()

    def items(self) -> ItemsView[str, ir.Procedure]:
        return self._known.items()


class Extents(Mapping[str, tuple[int, int]]):
    """The first and last lines of procedures, decorators included. first: of those that have some."""

    __slots__ = ("_first", "_signatures")

    def __init__(self, signatures: Mapping[str, ir.Procedure], first: Mapping[str, int]) -> None:
        self._signatures = signatures
        self._first = first

    def __getitem__(self, name: str) -> tuple[int, int]:
        span = self._signatures[name].span
        return self._first.get(name, span.line), span.end_line

    def __contains__(self, name: object) -> bool:
        return name in self._signatures

    def __iter__(self) -> Iterator[str]:
        return iter(self._signatures)

    def __len__(self) -> int:
        return len(self._signatures)
