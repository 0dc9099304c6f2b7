"""A baseline knows its findings again after any edit that changes only layout, place or name of the code."""

from __future__ import annotations

import ast
import random
from pathlib import Path

import pytest

from tests.baseline import edits, stability

FIXTURES = Path(__file__).parents[2] / "fixtures"
ROUNDS = 2


def texts(group: int, groups: int = 4) -> dict[str, str]:
    """A part of the golden inputs that stand alone, each under a name of its own."""
    found = {}
    for path in sorted(FIXTURES.rglob("*.py"))[group::groups]:
        text = path.read_text(encoding="utf-8")
        golden = "expect: LK" in text and "projects" not in path.parts and not path.name.endswith(".fixed.py")
        if golden and _is_of_this_python(text):
            found[f"{path.parent.name}_{path.name}"] = text
    return found


def _is_of_this_python(text: str) -> bool:
    """Whether the interpreter that makes the edits knows the syntax."""
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


@pytest.mark.parametrize("group", range(4))
def test_no_finding_turns_new_or_vanishes(tmp_path: Path, group: int) -> None:
    count = stability.trial(texts(group), tmp_path, ROUNDS, seed=group)
    assert count.findings > 10
    assert count.edits > 10
    assert count.renames > 2
    assert count.new == ()
    assert count.gone == ()


LEAK = "import sqlite3\n\n\ndef f(p):\n    conn = sqlite3.connect(p)\n    return conn.execute('select 1').fetchone()\n"


def with_another_argument(text: str, chance: random.Random) -> str:
    return text.replace("connect(p)", "connect(p, 5)")


def test_another_expression_is_another_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stability, "edited", with_another_argument)
    count = stability.trial({"a.py": LEAK}, tmp_path, 1, seed=0)
    assert (len(count.new), len(count.gone)) == (1, 1)


def test_an_edit_that_changes_the_program_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edits, "EDITS", (with_another_argument,) * 3)
    with pytest.raises(AssertionError, match="changed the program"):
        edits.edited(LEAK, random.Random(0))
