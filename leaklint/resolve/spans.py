"""Which procedures of a module stand on a line: its functions and classes lie in one another, and in the module."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple


class Spans(NamedTuple):
    """Procedures in the order in which they begin. around: of each the last one before it that had not ended, -1 for
    none."""

    names: list[str]
    first: list[int]
    last: list[int]
    around: list[int]

    @classmethod
    def of(cls, extents: Mapping[str, tuple[int, int]]) -> Spans:
        """Those of procedures by name, whose first and last lines these are."""
        found = cls([], [], [], [])
        opened: list[int] = []
        for name, (first, last) in sorted(extents.items(), key=lambda one: (one[1][0], -one[1][1])):
            while opened and found.last[opened[-1]] < first:
                opened.pop()
            found.names.append(name)
            found.first.append(first)
            found.last.append(last)
            found.around.append(opened[-1] if opened else -1)
            opened.append(len(found.names) - 1)
        return found

    def on(self, lines: Iterable[int]) -> Iterator[str]:
        """The procedures that stand on some of these lines, which ascend."""
        seen: set[int] = set()
        for line in lines:
            at = bisect_right(self.first, line) - 1
            new: list[int] = []
            while at >= 0:
                if self.last[at] >= line and at not in seen:
                    new.append(at)
                at = self.around[at]
            seen.update(new)
            yield from (self.names[one] for one in reversed(new))
