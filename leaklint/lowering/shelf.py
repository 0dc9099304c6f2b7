"""The graphs and the trees that are kept at hand."""

from __future__ import annotations

from collections import deque
from typing import Any

from leaklint import ir

MOST_TEXT = 80_000
"""Characters of text whose trees are kept; a tree takes some hundred times their room. Many functions that are looked
up at all are soon after their module was parsed, and to parse them alone costs more than the rest of their lowering."""


class Shelf:
    """Keeps the graphs of many modules that were built last, up to `most` instructions in all, and the trees of those
    that were parsed last. What falls off is built or parsed again when it is looked up again."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._size = 0
        self._order: deque[tuple[dict[str, ir.Procedure], str, int]] = deque()
        self._text = 0
        self._trees: deque[tuple[list[Any], int]] = deque()

    def put_tree(self, place: list[Any], tree: Any, size: int) -> None:
        """Keep what was made of a text of so many characters in a place of its own, from which it is taken away."""
        if size > MOST_TEXT:
            return
        place.append(tree)
        self._trees.append((place, size))
        self._text += size
        while self._text > MOST_TEXT:
            other, freed = self._trees.popleft()
            other.clear()
            self._text -= freed

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
