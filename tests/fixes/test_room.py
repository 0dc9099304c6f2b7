"""What a proof takes at least is known before it is begun, and none is begun for which there is no room."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from leaklint.config import SettingsFinder
from leaklint.engine.analyze import analyze_file
from leaklint.engine.one_file import judge
from leaklint.engine.project import Project, Unit
from leaklint.engine.proposing import apply_repairs, reanalysis, with_repairs
from leaklint.fixes import Room, apply
from leaklint.model import Finding
from leaklint.source.decode import decode

if TYPE_CHECKING:
    from leaklint.engine.outcome import Found

ALONE = "def alone(a):\n    c = psycopg2.connect('x')\n    a.g()\n    c.close()\n"


def circle(length: int) -> str:
    return "import psycopg2\n" + "".join(
        f"def f{i}(a):\n    c = psycopg2.connect('x')\n    f{(i + 1) % length}(c)\n    c.close()\n"
        for i in range(length)
    )


class Opened:
    """A file that was analysed once, and how often it is when repairs are tried."""

    def __init__(self, text: str, *, remembering: bool = False) -> None:
        path = os.path.abspath("app.py")
        data = text.encode()
        finder = SettingsFinder(cwd=os.getcwd(), isolated=True)
        self.project = Project(finder.for_file(path), os.getcwd(), {path: data}, remembering=remembering, keeping=True)
        self.unit = Unit("app.py", path, data, decode(data))
        self.again = 0
        self.found = analyze_file(self.project, self.unit)

    def analyze(self, project: Project, unit: Unit) -> Sequence[Found]:
        self.again += 1
        return analyze_file(project, unit)

    def repaired(self) -> Sequence[Finding]:
        outcome = judge(self.project, self.unit, self.found)
        return with_repairs(self.project, self.unit, outcome, self.found, self.analyze).findings


def test_no_proof_is_begun_that_would_take_all_the_room() -> None:
    opened = Opened(circle(3_000))
    repaired = opened.repaired()
    assert len(repaired) == 3_000
    assert all("too much work" in (one.fix_withheld or "") for one in repaired)
    assert opened.again == 0


def test_what_is_beside_a_circle_too_large_for_a_proof_is_repaired() -> None:
    opened = Opened(circle(3_000) + ALONE, remembering=True)
    room = Room()
    made = apply_repairs(opened.project, opened.unit, opened.analyze, room)
    assert [one.finding.function for one in made.applied] == ["alone"]
    assert opened.again == 2


@pytest.mark.parametrize("remembering", [False, True])
@pytest.mark.parametrize("length", [2, 3, 20])
def test_a_proof_takes_no_less_than_was_told(length: int, remembering: bool) -> None:
    text = circle(length) + ALONE
    fixes = {one.function: one.fix for one in Opened(text).repaired() if one.fix}
    assert fixes.keys() >= {"alone", "f0"}
    told: dict[str, int] = {}
    for name, fix in fixes.items():
        opened = Opened(text, remembering=remembering)
        analysis = opened.project.analysis(opened.unit.path)
        module = analysis.program.module_at(Path(opened.unit.path))
        assert module is not None
        told[name] = analysis.least_again(module)[name]
        room = Room(10**9)
        reanalysis(opened.project, opened.unit, analyze_file, room)(apply(text, [fix]))
        assert 10**9 - room.left >= told[name] > 0
    assert (told["alone"] < told["f0"]) == remembering
