"""The graphs that are kept at hand."""

from __future__ import annotations

from collections import deque

from leaklint import ir


class Shelf:
    """Keeps the graphs of many modules that were built last, up to `most` instructions in all. What falls off is built
    again when it is looked up again."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._size = 0
        self._order: deque[tuple[dict[str, ir.Procedure], str, int]] = deque()

    def put(self, graphs: dict[str, ir.Procedure], name: str, graph: ir.Procedure) -> None:
        """Keep a graph among those of its module."""
        size = 1 + sum(len(block.instructions) + 1 for block in graph.blocks)
        graphs[name] = graph
        self._order.append((graphs, name, size))
        self._size += size
        while self._size > self.most and len(self._order) > 1:
            others, other, freed = self._order.popleft()
            others.pop(other, None)
            self._size -= freed
