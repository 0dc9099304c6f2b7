"""How much work the golden inputs are, counted rather than timed: what makes it more shows here, on any machine.

The ceilings, by line and by definition of those inputs, are a tenth above what was counted when they were last set.
Whoever lowers the work lowers them.
"""

from __future__ import annotations

import itertools
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

import pytest

from leaklint.config import SettingsFinder
from leaklint.engine import check
from leaklint.engine.analyze import analyze_file
from leaklint.engine.outcome import Setting
from leaklint.engine.worker import Worker
from leaklint.source.discover import discover
from tests.test_fixtures import ROOT

TraceFunction = Callable[[FrameType, str, Any], Any]


class Work(NamedTuple):
    """files: given; parsed: those and what they import; functions: interpreted; steps: the instructions that took."""

    files: int
    parsed: int
    functions: int
    steps: int


def work(root: Path) -> Work:
    """What it takes to check a folder in one process without a cache."""
    finder = SettingsFinder(cwd=str(root), isolated=True)
    files = discover(["."], finder).files
    worker = Worker(Setting([finder.for_directory(str(root))], str(root), analyze_file))
    for file in files:
        worker.check((file, 0))
    analyses = worker.project(0)._analyses.values()
    results = [result for analysis in analyses for result in analysis.results.values()]
    parsed = sum(module is not None for analysis in analyses for module in analysis.program._modules.values())
    return Work(len(files), parsed, len(results), sum(result.steps for result in results))


MOST_STEPS_A_LINE = 2.8
MOST_FUNCTIONS_A_DEFINITION = 0.94
FOLDERS = sorted(path for path in ROOT.iterdir() if path.is_dir())


def test_the_work_stays_below_its_ceiling() -> None:
    counted = [work(folder) for folder in FOLDERS]
    texts = [path.read_text(encoding="utf-8") for folder in FOLDERS for path in folder.rglob("*.py")]
    lines = sum(text.count("\n") for text in texts)
    definitions = sum(len(re.findall(r"\bdef |\blambda\b|^class ", text, re.MULTILINE)) for text in texts)
    assert sum(one.parsed for one in counted) <= sum(one.files for one in counted)
    assert sum(one.functions for one in counted) <= MOST_FUNCTIONS_A_DEFINITION * definitions
    assert sum(one.steps for one in counted) <= MOST_STEPS_A_LINE * lines


def test_files_that_cannot_matter_are_not_parsed(tmp_path: Path) -> None:
    for number in range(20):
        (tmp_path / f"plain{number}.py").write_text(f"import os\nfrom plain{(number + 1) % 20} import x\nopen('x')\n")
    assert work(tmp_path) == Work(20, 0, 0, 0)


TYPED = """\
from sqlalchemy.orm import Session, sessionmaker

def reads(db: Session, key: int) -> "Session":
    return db.get(key)

def given(make: sessionmaker):
    return make()

def opens() -> Session:
    return Session()

def fetches(databases):
    return databases.Database()
"""


def test_functions_that_only_say_a_type_are_not_looked_into(tmp_path: Path) -> None:
    (tmp_path / "typed.py").write_text(TYPED, encoding="utf-8")
    finder = SettingsFinder(cwd=str(tmp_path), isolated=True)
    worker = Worker(Setting([finder.for_directory(str(tmp_path))], str(tmp_path), analyze_file))
    for file in discover(["."], finder).files:
        worker.check((file, 0))
    (analysis,) = worker.project(0)._analyses.values()
    suspects = analysis.suspects.functions(str(tmp_path / "typed.py"))
    assert sorted(suspects) == ["<module>", "given", "opens"]


def test_work_grows_with_the_code_and_no_faster(tmp_path: Path) -> None:
    text = (ROOT / "helpers" / "factories.py").read_text(encoding="utf-8")
    counts = []
    for size in (4, 16, 64):
        root = tmp_path / str(size)
        root.mkdir()
        for number in range(size):
            (root / f"part{number}.py").write_text(text, encoding="utf-8")
        counts.append(work(root))
    for less, more in itertools.pairwise(counts):
        assert more.parsed <= 4 * less.parsed
        assert more.functions <= 4 * less.functions
        assert more.steps <= 4 * less.steps


RECONNECTING = """\
import psycopg2


class Server:
    def __init__(self, dsn):
        self.dsn = dsn
        self._conn = None

    def connect(self):
        if self._conn is None or self._conn.closed:
            self._conn = psycopg2.connect(self.dsn)
        return self._conn

    def close(self):
        if self._conn is not None:
            self._conn.close()
            self._conn = None

    def asked(self, what):
        try:
            with self.connect().cursor() as cur:
                cur.execute(what)
                return cur.fetchone()
        except psycopg2.OperationalError:
            self.close()
            return None

    def status(self):
        found = {}
"""


def test_lines_that_may_each_connect_anew_do_not_multiply(tmp_path: Path) -> None:
    counts = []
    for size in (5, 10, 20):
        root = tmp_path / str(size)
        root.mkdir()
        lines = [f"        found[{number}] = self.asked('{number}')\n" for number in range(size)]
        (root / "server.py").write_text(RECONNECTING + "".join(lines) + "        return found\n", encoding="utf-8")
        counts.append(work(root))
    assert counts[-1].steps < 10 * counts[0].steps


PACKAGE = {
    "db.py": "import psycopg2\n"
    + "".join(f"\n\ndef connect{number}():\n    return psycopg2.connect('')\n" for number in range(9)),
    "names.py": "class Named:\n    def get(self, key):\n        return key\n",
    "use.py": "from .db import connect0\nfrom .names import Named\n\n\ndef use(named: Named):\n"
    "    conn = connect0()\n    conn.execute(named.get('x'))\n    conn.close()\n",
}


def lines_run(root: Path) -> int:
    """How many lines of Python it takes to check a folder."""
    count = 0

    def trace(frame: FrameType, event: str, argument: object) -> TraceFunction:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        check(["."], SettingsFinder(cwd=str(root), isolated=True), jobs=1)
    finally:
        sys.settrace(before)
    return count


def test_packages_that_do_not_know_each_other_take_no_time_of_each_other(tmp_path: Path) -> None:
    counts = {}
    for size in (1, 10, 20, 100):  # the first to have loaded whatever there is to load
        for number in range(size):
            for name, text in {**PACKAGE, "__init__.py": ""}.items():
                path = tmp_path / str(size) / f"package{number}" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
        counts[size] = lines_run(tmp_path / str(size))
    few, many = (counts[20] - counts[10]) / 10, (counts[100] - counts[20]) / 80
    assert many <= 1.02 * few


def inheriting(size: int) -> str:
    below = "".join(f"class C{number}(C{number - 1}):\n    pass\n\n\n" for number in range(1, size))
    return (
        "import psycopg2\n\n\nclass C0:\n    def __init__(self):\n        self.conn = psycopg2.connect('')\n\n\n"
        f"{below}def use():\n    made = C{size - 1}()\n    made.conn.cursor()\n"
    )


def handing_on(size: int) -> str:
    links = "".join(f"def f{number}():\n    return f{number + 1}()\n\n\n" for number in range(size))
    return f"import psycopg2\n\n\n{links}def f{size}():\n    return psycopg2.connect('')\n"


def handing_on_in_a_class(size: int) -> str:
    links = "".join(f"    def f{number}(self):\n        return self.f{number + 1}()\n\n" for number in range(size))
    return f"import psycopg2\n\n\nclass A:\n{links}    def f{size}(self):\n        return psycopg2.connect('')\n"


def matching(size: int) -> str:
    cases = "".join(f"        case {number}:\n            conn.execute('{number}')\n" for number in range(size))
    return f"import psycopg2\n\n\ndef f(x):\n    conn = psycopg2.connect('')\n    match x:\n{cases}    conn.close()\n"


def choosing(size: int) -> str:
    cases = "".join(f"    elif x == {number}:\n        conn.execute('{number}')\n" for number in range(size))
    return (
        "import psycopg2\n\n\ndef f(x):\n    conn = psycopg2.connect('')\n    if x is None:\n        pass\n"
        f"{cases}    conn.close()\n"
    )


def branching(size: int) -> str:
    tests = "".join(f"    if x == {number}:\n        y = {number}\n" for number in range(size))
    return f"import psycopg2\n\n\ndef f(x):\n    y = 0\n    conn = psycopg2.connect('')\n{tests}    conn.execute(y)\n"


@pytest.mark.parametrize("shape", [inheriting, handing_on, handing_on_in_a_class, matching, choosing, branching])
def test_a_long_chain_in_one_file_takes_no_more_time_a_link(tmp_path: Path, shape: Callable[[int], str]) -> None:
    counts = {}
    for size in (1, 100, 200, 600):  # the first to have loaded whatever there is to load
        root = tmp_path / str(size)
        root.mkdir()
        (root / "chain.py").write_text(shape(size), encoding="utf-8")
        counts[size] = lines_run(root)
    few, many = (counts[200] - counts[100]) / 100, (counts[600] - counts[200]) / 400
    assert many <= 1.1 * few
