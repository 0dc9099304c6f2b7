"""The order in which functions that call each other are analysed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from leaklint.ownership.components import components
from leaklint.resolve.refs import Function


def ordered(start: str, calls: Mapping[str, Sequence[str]]) -> list[list[str]]:
    def callees(function: Function) -> list[Function]:
        return [Function("m", name) for name in calls.get(function.name, ())]

    found = components(Function("m", start), callees, lambda _: False)
    return [[one.name for one in component] for component in found]


def test_callees_stand_in_front_of_their_callers() -> None:
    assert ordered("a", {"a": ["b", "c"], "b": ["c"]}) == [["c"], ["b"], ["a"]]


@pytest.mark.parametrize("start", ["a", "b", "c", "d"])
def test_a_circle_has_the_same_order_wherever_it_is_entered_callees_first(start: str) -> None:
    calls = {"a": ["b"], "b": ["c"], "c": ["d", "e"], "d": ["a"]}
    assert ordered(start, calls) == [["e"], ["d", "c", "b", "a"]]


def test_circles_that_share_members_have_each_of_them_once() -> None:
    calls = {"a": ["b", "c"], "b": ["a", "c"], "c": ["b", "d"], "d": ["a"]}
    [component] = ordered("c", calls)
    assert sorted(component) == ["a", "b", "c", "d"]
    assert component[-1] == "a"


def test_a_circle_may_be_long() -> None:
    length = 20_000
    [component] = ordered("0", {str(i): [str((i + 1) % length)] for i in range(length)})
    assert component == [str(i) for i in reversed(range(length))]
