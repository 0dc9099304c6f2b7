"""The graphs of a module that were taken over from another text of it are those that would be built."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from leaklint.ir import ModuleIR
from leaklint.lowering import SyntaxProblem, lower_module
from leaklint.lowering.module import Procedures
from tests.lsp.typing import edited

FIXTURES = Path(__file__).parents[2] / "fixtures"


def again(text: str, known: ModuleIR) -> ModuleIR:
    assert isinstance(known.procedures, Procedures)
    return lower_module(text, "a.py", "a", before=known.procedures)


@pytest.mark.parametrize("seed", range(6))
def test_graphs_are_those_of_the_new_text(seed: int) -> None:
    chance = random.Random(seed)
    for path in chance.sample(sorted(FIXTURES.rglob("*.py")), 25):
        text = path.read_text(encoding="utf-8")
        known = lower_module(text, "a.py", "a")
        looked_at = [name for name in known.procedures if chance.random() < 0.7 and known.procedures[name]]
        for _ in range(6):
            text = edited(text, chance)
            try:
                fresh, module = lower_module(text, "a.py", "a"), again(text, known)
            except SyntaxProblem:
                text = path.read_text(encoding="utf-8")
                continue
            assert dict(module.procedures) == dict(fresh.procedures), (path, looked_at)
            known = module


def test_functions_that_read_the_same_are_not_built_again() -> None:
    text = "def a(x):\n    return x.b()\n\n\ndef c(y):\n    return y\n"
    before = lower_module(text, "a.py", "a")
    graph, other = before.procedures["a"], before.procedures["c"]
    after = again(text.replace("return y", "return y()"), before)
    assert after.procedures["a"] is graph
    assert after.procedures["c"] != other


def test_what_is_named_after_its_line_is_built_again() -> None:
    text = 'def a(x):\n    return [b for b in x], lambda: x\n\n\ndef c():\n    return "\\ud800"\n'
    before = lower_module(text, "a.py", "a")
    assert all(before.procedures.values())
    after = again("\n" + text, before)
    assert dict(after.procedures) == dict(lower_module("\n" + text, "a.py", "a").procedures)
