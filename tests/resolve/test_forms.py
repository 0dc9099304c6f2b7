"""Every form in which Python names, stores and passes an object, each as a small project that marks its answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.resolve.cases import CASES
from tests.resolve.project import answers, program, questions, write


@pytest.mark.parametrize("name", CASES)
def test_form(name: str, tmp_path: Path) -> None:
    roots, files = CASES[name]
    write(tmp_path, files)
    asked = questions(tmp_path, program(tmp_path, *roots))
    assert asked, "the case marks nothing"
    expected = {question.place: question.expected for question in asked}
    assert answers(program(tmp_path, *roots), asked) == expected


@pytest.mark.parametrize("name", CASES)
def test_any_order_gives_the_same_answers(name: str, tmp_path: Path) -> None:
    roots, files = CASES[name]
    write(tmp_path, files)
    asked = questions(tmp_path, program(tmp_path, *roots))
    expected = {question.place: question.expected for question in asked}
    for seed in range(4):
        assert answers(program(tmp_path, *roots), asked, seed) == expected
