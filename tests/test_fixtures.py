"""The golden inputs under fixtures/: every marked line is reported as marked, and no other line is.

A mark stands at the end of the line on which the acquiring call starts: `# expect: LK102`, or `# expect: ok` where
silence is right. `# expect: LK102 (missed)` and `# expect: ok (false alarm)` are known gaps: they are counted, and
they fail when the gap closes, so that the mark is taken away; `LK102 (false alarm)` means that more is reported than
is true. A folder with an `__init__.py` is one project; `x.fixed.py` beside `x.py` is what the safe fixes make of it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from leaklint import api

ROOT = Path(__file__).parent.parent / "fixtures"
MARK = re.compile(r"# expect: (?P<codes>ok|LK\d{3}(?:, LK\d{3})*)(?: \((?P<gap>missed|false alarm)\))?\s*(?:#.*)?$")


class Mark(NamedTuple):
    """What a line is marked with. codes is empty for `ok`."""

    codes: frozenset[str]
    gap: str

    def problem(self, got: frozenset[str]) -> str | None:
        """What is wrong with these codes on the line, or None."""
        if self.gap == "missed":
            return f"no longer missed: {sorted(got)}" if got >= self.codes else None
        if self.gap == "false alarm":
            return None if got > self.codes else "no longer a false alarm"
        return None if got == self.codes else f"expected {sorted(self.codes) or 'ok'}, got {sorted(got) or 'nothing'}"


def projects() -> list[Path]:
    """Every project folder, and every file outside of them."""
    roots = sorted({path.parent for path in ROOT.rglob("__init__.py")})
    outer = [root for root in roots if root.parent not in roots]
    files = [
        path
        for path in sorted(ROOT.rglob("*.py"))
        if not path.name.endswith(".fixed.py") and not any(root in path.parents for root in outer)
    ]
    return outer + files


def marks(path: Path) -> Iterator[tuple[int, Mark]]:
    """Line and mark of each marked line of a file."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if "# expect:" not in line:
            continue
        found = MARK.search(line)
        assert found, f"{path}:{number}: a mark that cannot be read"
        codes = frozenset() if found["codes"] == "ok" else frozenset(found["codes"].split(", "))
        yield number, Mark(codes, found["gap"] or "")


def sources(project: Path) -> list[Path]:
    return sorted(project.rglob("*.py")) if project.is_dir() else [project]


def name_of(project: Path) -> str:
    return project.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("project", projects(), ids=name_of)
def test_marked_lines_are_reported_and_no_others(project: Path) -> None:
    if project.is_dir():
        findings = api.check_paths(project)
    else:
        findings = api.check_source(project.read_bytes(), str(project))
    got: dict[tuple[Path, int], set[str]] = {}
    for finding in findings:
        got.setdefault((Path(finding.path).resolve(), finding.line), set()).add(finding.code)
    expected = {(path.resolve(), line): mark for path in sources(project) for line, mark in marks(path)}
    problems = [
        f"{path.relative_to(ROOT.resolve())}:{line}: {problem}"
        for path, line in sorted(expected.keys() | got.keys())
        for mark in [expected.get((path, line), Mark(frozenset(), ""))]
        if (problem := mark.problem(frozenset(got.get((path, line), ()))))
    ]
    assert not problems, "\n".join(["", *problems])


@pytest.mark.parametrize("golden", sorted(ROOT.rglob("*.fixed.py")), ids=lambda path: path.name)
def test_fixes_write_the_golden_file(golden: Path) -> None:
    source = golden.with_name(golden.name.replace(".fixed.py", ".py"))
    fixed = api.fix_source(source.read_text(encoding="utf-8"), str(source))
    assert fixed.text == golden.read_text(encoding="utf-8")


def all_marks() -> list[Mark]:
    return [mark for project in projects() for path in sources(project) for _, mark in marks(path)]


def summary() -> str:
    """How many marks there are, and how many of them stand for a known gap."""
    found = all_marks()
    gaps = Counter(mark.gap for mark in found)
    tempting = sum(not mark.codes for mark in found)
    known = f"{gaps['missed']} missed, {gaps['false alarm']} false alarms"
    return f"fixtures: {len(found)} marks, {tempting} of them ok; known gaps: {known}"


def test_there_are_enough_marks_and_half_of_them_are_tempting_false_alarms() -> None:
    found = all_marks()
    assert len(found) >= 300
    assert sum(not mark.codes for mark in found) * 2 >= len(found)


def test_each_rule_about_code_has_a_fixture() -> None:
    from leaklint.rules import all_rules

    seen = {code for mark in all_marks() for code in mark.codes}
    missing = {rule.code for rule in all_rules() if rule.check is not None} - seen
    assert not missing
