"""The solver finds least fixpoints, whatever is asked first."""

from __future__ import annotations

import random
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from leaklint.resolve.solver import MOST_VALUES, Solver

Graph = dict[int, tuple[frozenset[int], frozenset[int]]]


def solver_of(graph: Graph) -> Solver[int, int]:
    """Each node's value is its own set and its successors' values."""

    def equation(key: int, get: Callable[[int], set[int]]) -> set[int]:
        own, successors = graph[key]
        found = set(own)
        for successor in sorted(successors):
            found |= get(successor)
        return found

    return Solver(equation)


def reachable(graph: Graph, start: int) -> set[int]:
    seen, todo = {start}, [start]
    while todo:
        for successor in graph[todo.pop()][1]:
            if successor not in seen:
                seen.add(successor)
                todo.append(successor)
    return {value for node in seen for value in graph[node][0]}


def graphs() -> st.SearchStrategy[Graph]:
    nodes = st.integers(0, 12)
    edges = st.tuples(st.frozensets(st.integers(0, 5), max_size=2), st.frozensets(nodes, max_size=4))
    return st.fixed_dictionaries(dict.fromkeys(range(13), edges))


@given(graphs(), st.randoms(use_true_random=False))
def test_values_are_what_can_be_reached(graph: Graph, order: random.Random) -> None:
    solver = solver_of(graph)
    keys = list(graph)
    order.shuffle(keys)
    assert {key: solver.value(key) for key in keys} == {key: reachable(graph, key) for key in keys}


def test_a_long_chain_does_not_recurse() -> None:
    graph: Graph = {n: (frozenset(), frozenset({n + 1})) for n in range(20_000)}
    graph[20_000] = (frozenset({7}), frozenset())
    assert solver_of(graph).value(0) == {7}


def test_too_many_values_are_unknown_for_all_who_read_them() -> None:
    graph: Graph = {0: (frozenset({-1}), frozenset({1})), 1: (frozenset(range(MOST_VALUES + 1)), frozenset({0}))}
    for first, second in ((0, 1), (1, 0)):
        solver = solver_of(graph)
        assert (solver.value(first), solver.value(second)) == (set(), set())
