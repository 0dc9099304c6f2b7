"""Each shape of leaking code becomes what its golden file shows, and nothing else changes."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

from tests.fixes.repairing import inputs, repaired, style_of

IDS = [path.stem for path in inputs()]


@pytest.mark.parametrize("path", inputs(), ids=IDS)
def test_it_becomes_the_golden_text(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    fixed = repaired(text, style_of(text))
    assert fixed.text == path.with_suffix(".fixed.py").read_text(encoding="utf-8")
    withheld = [one for one in fixed.findings if one.code.startswith(("LK1", "LK2"))]
    assert bool(withheld) == ("# withheld" in text), withheld
    for finding in withheld:
        assert finding.fix is None
        assert finding.fix_withheld.endswith("."), "does not say why"


@pytest.mark.parametrize("path", inputs(), ids=IDS)
def test_a_second_run_changes_nothing(path: Path) -> None:
    text = path.with_suffix(".fixed.py").read_text(encoding="utf-8")
    assert repaired(text, style_of(text)).text == text


@pytest.mark.parametrize("end", ["\r\n", "\r"], ids=["crlf", "cr"])
@pytest.mark.parametrize("path", inputs(), ids=IDS)
def test_line_ends_and_bom_stay(path: Path, end: str) -> None:
    text = path.read_text(encoding="utf-8")
    golden = path.with_suffix(".fixed.py").read_text(encoding="utf-8")
    fixed = repaired("\ufeff" + text.replace("\n", end), style_of(text)).text
    assert fixed.lstrip("\ufeff") == golden.replace("\n", end)


@pytest.mark.parametrize("path", inputs(), ids=IDS)
def test_a_missing_last_line_end_stays_missing(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    golden = path.with_suffix(".fixed.py").read_text(encoding="utf-8")
    assert repaired(text.rstrip("\n"), style_of(text)).text == golden.rstrip("\n")


def test_lines_around_a_repair_are_the_same_objects_byte_for_byte() -> None:
    odd = "x = {  'a' :1 }   \n\n\n\nclass  A : pass\n"
    leak = "import sqlite3\ndef f(p):\n    c = sqlite3.connect(p)\n    c.execute('x')\n    c.close()\n"
    fixed = repaired(odd + leak + odd).text
    assert fixed.startswith(odd + "import sqlite3\ndef f(p):\n")
    assert fixed.endswith("        c.close()\n" + odd)
    changed = [one for one in difflib.ndiff((odd + leak + odd).splitlines(), fixed.splitlines()) if one[0] == "-"]
    assert len(changed) <= 2


def test_there_are_many_shapes() -> None:
    assert len(inputs()) >= 90
