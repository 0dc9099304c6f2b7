"""What is kept at hand, and what falls off."""

from __future__ import annotations

from typing import Any

from leaklint import ir
from leaklint.lowering import lower_module
from leaklint.lowering.shelf import MOST_TEXT, Shelf


def graph(calls: int) -> ir.Procedure:
    return lower_module("def f():\n" + "    g()\n" * calls, "m.py", "m").procedures["f"]


def test_the_oldest_graphs_fall_off() -> None:
    shelf, graphs = Shelf(100), dict[str, ir.Procedure]()
    small = graph(5)
    for number in range(20):
        shelf.put(graphs, f"f{number}", small)
    assert "f0" not in graphs
    assert "f19" in graphs


def test_a_graph_larger_than_the_shelf_stays_until_the_next_such() -> None:
    shelf, graphs = Shelf(100), dict[str, ir.Procedure]()
    large, small = graph(200), graph(5)
    shelf.put(graphs, "large", large)
    for number in range(20):
        shelf.put(graphs, f"f{number}", small)
    assert graphs["large"] is large
    shelf.put(graphs, "large", large)
    assert graphs["large"] is large
    shelf.put(graphs, "other", large)
    assert "large" not in graphs
    assert graphs["other"] is large


def test_a_large_tree_stays_until_the_next_one() -> None:
    shelf = Shelf(100)
    first: list[Any] = []
    second: list[Any] = []
    shelf.put_tree(first, "tree", MOST_TEXT + 1)
    assert first == ["tree"]
    shelf.put_tree(second, "tree", 1)
    assert (first, second) == ([], ["tree"])
