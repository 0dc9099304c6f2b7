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
    that were parsed last. What falls off is built or parsed again when it is looked up again. Of what is too large for
    a shelf of its own the last one is kept beside it: to make it again and again is what would take longest."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._size = 0
        self._order: deque[tuple[dict[str, ir.Procedure], str, int]] = deque()
        self._text = 0
        self._trees: deque[tuple[list[Any], int]] = deque()
        self._large_graph: tuple[dict[str, ir.Procedure], str] | None = None
        self._large_tree: list[Any] = []

    def put_tree(self, place: list[Any], tree: Any, size: int) -> None:
        """Keep what was made of a text of so many characters in a place of its own, from which it is taken away."""
        self._large_tree.clear()
        place.append(tree)
        if size > MOST_TEXT:
            self._large_tree = place
            return
        self._trees.append((place, size))
        self._text += size
        while self._text > MOST_TEXT:
            other, freed = self._trees.popleft()
            other.clear()
            self._text -= freed

    def put(self, graphs: dict[str, ir.Procedure], name: str, graph: ir.Procedure) -> None:
        """Keep a graph among those of its module."""
        size = 1 + sum(len(block.instructions) + 1 for block in graph.blocks)
        if size > self.most:
            if self._large_graph is not None:
                others, other = self._large_graph
                others.pop(other, None)
            self._large_graph = graphs, name
            graphs[name] = graph
            return
        graphs[name] = graph
        self._order.append((graphs, name, size))
        self._size += size
        while self._size > self.most:
            others, other, freed = self._order.popleft()
            others.pop(other, None)
            self._size -= freed

    def clear(self) -> None:
        """Let all go."""
        while self._order:
            graphs, name, _ = self._order.popleft()
            graphs.pop(name, None)
        while self._trees:
            self._trees.popleft()[0].clear()
        if self._large_graph is not None:
            graphs, name = self._large_graph
            graphs.pop(name, None)
        self._large_tree.clear()
        self._large_graph, self._size, self._text = None, 0, 0
