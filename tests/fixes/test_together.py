"""Repairs that share an analysis are those that are proven when each has its own."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Sequence

import pytest

from leaklint.config import SettingsFinder
from leaklint.engine.analyze import analyze_file
from leaklint.engine.project import Project, Unit
from leaklint.engine.proposing import Pairs, reanalysis
from leaklint.fixes import Room, Withheld, prove, prove_all
from leaklint.model import Finding, Fix
from leaklint.source.decode import decode
from tests.fixes.repairing import inputs

TEXTS = [path.read_text() for path in inputs() if "# style: with" not in path.read_text()]


class Counted:
    """An analysis of the texts of one file that counts how often it is asked for."""

    def __init__(self, text: str) -> None:
        path = os.path.abspath("app.py")
        data = text.encode()
        finder = SettingsFinder(cwd=os.getcwd(), isolated=True)
        project = Project(finder.for_file(path), os.getcwd(), {path: data})
        self.times = 0
        self._again: Callable[[str], Pairs] = reanalysis(
            project, Unit("app.py", path, data, decode(data)), analyze_file, Room(10**9)
        )
        self.pairs = self._again(text)
        self.before = [finding for finding, _ in self.pairs]

    def __call__(self, text: str) -> Pairs:
        self.times += 1
        return self._again(text)


def one_by_one(text: str, analyze: Counted) -> list[Fix | Withheld]:
    made = [prove(text, "app.py", finding, report, analyze.before, analyze) for finding, report in analyze.pairs]
    return [one if isinstance(one, Withheld) else one[0] for one in made]


def both(text: str) -> tuple[Sequence[Fix | Withheld | Exception], list[Fix | Withheld], int, int]:
    """What all of a text's findings come to, together and one by one, with the analyses that each took."""
    together, alone = Counted(text), Counted(text)
    return (
        prove_all(text, "app.py", together.pairs, together.before, together),
        one_by_one(text, alone),
        together.times,
        alone.times,
    )


@pytest.mark.parametrize("seed", range(12))
def test_together_gives_what_one_by_one_does(seed: int) -> None:
    chance = random.Random(seed)
    text = "\n\n".join(chance.sample(TEXTS, 4))
    together, alone, shared, each = both(text)
    assert together == alone
    assert shared <= each + 1


def leaking(name: str, more: str = "") -> str:
    return f"def {name}(url):\n    conn = psycopg2.connect(url)\n    conn.execute('x'){more}\n\n\n"


def test_functions_that_have_nothing_to_do_with_each_other_share_one_analysis() -> None:
    text = "import psycopg2\n\n\n" + "".join(leaking(name) for name in ("one", "two", "three", "four"))
    together, alone, shared, each = both(text)
    assert together == alone
    assert all(isinstance(one, Fix) for one in together)
    assert (shared, each) == (1, 4)


def test_a_function_that_names_another_is_tried_alone() -> None:
    text = "import psycopg2\n\n\n" + leaking("one") + leaking("two", "\n    one(url)")
    together, alone, shared, _ = both(text)
    assert together == alone
    assert shared == 2


def test_what_turns_up_in_a_third_function_lets_each_be_tried_alone() -> None:
    text = "import psycopg2\n\n\n" + leaking("one") + leaking("two") + leaking("three")
    analyze = Counted(text)
    stranger = Finding(**{name: getattr(analyze.before[2], name) for name in Finding.__struct_fields__})
    texts: list[str] = []

    def disturbed(text: str) -> Pairs:
        texts.append(text)
        found = analyze(text)
        return [*found, (stranger, analyze.pairs[2][1])] if text.count("finally:") > 1 else found

    first, second = prove_all(text, "app.py", analyze.pairs[:2], analyze.before, disturbed)
    assert isinstance(first, Fix)
    assert isinstance(second, Fix)
    assert [text.count("finally:") for text in texts] == [2, 1, 1]


SHAPES = (
    "{c} = psycopg2.connect(url)\nwork({c})\n",
    "{c} = psycopg2.connect(url)\nwork({c})\n{c}.close()\n",
    "{c} = psycopg2.connect(url)\nif url:\n    return {c}.execute('x').fetchall()\n{c}.close()\n",
    "try:\n    {c} = psycopg2.connect(url)\n    work({c})\nexcept ValueError:\n    log.info('x')\n",
    "for one in url:\n    {c} = psycopg2.connect(one)\n    work({c})\n",
    "if url:\n    {c} = sqlite3.connect(url)\n    rows = {c}.execute('x').fetchall()\n",
    "with psycopg2.connect(url) as {c}:\n    work({c})\n",
    "work({c0})\n",
)


@pytest.mark.parametrize("seed", range(16))
def test_several_leaks_of_one_function_are_repaired_as_one_by_one(seed: int) -> None:
    chance = random.Random(seed)
    text = "import psycopg2\nimport sqlite3\n\n\ndef many(url):\n    c0 = psycopg2.connect(url)\n"
    for number in range(1, 5):
        same = chance.random() < 0.3
        shape = chance.choice(SHAPES).format(c="conn" if same else f"c{number}", c0="c0")
        text += "".join(f"    {line}\n" for line in shape.splitlines())
    together, alone, _, _ = both(text)
    assert together == alone
