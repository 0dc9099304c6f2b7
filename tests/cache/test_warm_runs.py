"""What a warm run says is what a cold one says, whatever was edited in between; it looks at no more than it must."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import pytest

from leaklint.config import Options, SettingsFinder
from leaklint.engine import Result, check
from leaklint.engine.analyze import analyze_file
from leaklint.engine.keeping import Keeper
from leaklint.engine.kept import store_of
from leaklint.engine.worker import Setting, Worker
from leaklint.ownership.analysis import Analysis
from leaklint.ownership.survey import Survey
from leaklint.resolve.sets import members, unpacked
from leaklint.resolve.trace import Fact
from leaklint.rules import all_rules, codes_and_names
from leaklint.source.discover import File, discover
from tests.cache.project import FILES, edit, put, write_project

EDITS = 14


def finder(root: Path, cache: Path | None = None) -> SettingsFinder:
    return SettingsFinder(cwd=str(root), overrides=Options(cache_dir=str(cache)) if cache else None)


def warm(root: Path, *paths: str, jobs: int = 1, propose: bool = False) -> Result:
    return check(paths or ["."], finder(root), jobs=jobs, propose=propose, cache=True)


def cold(root: Path, *paths: str, propose: bool = False) -> Result:
    return check(paths or ["."], finder(root), jobs=1, propose=propose)


@pytest.mark.parametrize("seed", range(10))
def test_warm_is_cold_after_any_edit(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    write_project(tmp_path)
    done = []
    assert warm(tmp_path) == cold(tmp_path)
    for _ in range(EDITS):
        done.append(edit(tmp_path, chance))
        named = chance.choice([".", "app", "app/users.py", "scripts", "app/jobs.py"])
        if (tmp_path / named).exists() and chance.random() < 0.4:
            assert warm(tmp_path, named) == cold(tmp_path, named), done
        assert warm(tmp_path) == cold(tmp_path), done


@pytest.mark.parametrize("seed", range(3))
def test_repairs_are_the_same(tmp_path: Path, seed: int) -> None:
    chance = random.Random(100 + seed)
    write_project(tmp_path)
    for _ in range(4):
        assert warm(tmp_path, propose=True) == cold(tmp_path, propose=True)
        edit(tmp_path, chance)


def test_two_processes_leave_what_one_leaves(tmp_path: Path) -> None:
    write_project(tmp_path)
    first = warm(tmp_path, jobs=2)
    assert first == cold(tmp_path)
    assert analysed(tmp_path) == set()
    put(tmp_path / "app/closing.py", FILES["app/closing.py"][1])
    assert warm(tmp_path, jobs=2) == cold(tmp_path)


@pytest.mark.parametrize("seed", range(6))
def test_warm_is_cold_after_lines_that_say_nothing(tmp_path: Path, seed: int) -> None:
    chance = random.Random(200 + seed)
    write_project(tmp_path)
    assert warm(tmp_path, propose=True) == cold(tmp_path, propose=True)
    for _ in range(8):
        path = tmp_path / chance.choice(sorted(name for name in FILES if name.endswith(".py")))
        if path.exists():
            lines = path.read_text().splitlines(keepends=True)
            lines.insert(chance.randrange(len(lines) + 1), chance.choice(["\n", "# It's.\n", "    # connect\n"]))
            put(path, "".join(lines))
            assert warm(tmp_path, propose=True) == cold(tmp_path, propose=True), (path, lines)


def analysed(root: Path, *paths: str, propose: bool = False) -> set[str]:
    """The files that a warm run looks into."""
    looked: set[str] = set()
    import leaklint.engine.worker as worker

    whole = worker.Worker.check

    def check_and_tell(self: worker.Worker, task: worker.Task) -> object:
        looked.add(task[0].shown)
        return whole(self, task)

    worker.Worker.check = check_and_tell  # type: ignore[assignment]
    try:
        warm(root, *paths, propose=propose)
    finally:
        worker.Worker.check = whole  # type: ignore[method-assign]
    return looked


def test_nothing_is_looked_into_twice(tmp_path: Path) -> None:
    write_project(tmp_path)
    assert len(analysed(tmp_path)) == sum(name.endswith(".py") for name in FILES) - 4
    assert analysed(tmp_path) == set()


def test_a_helper_concerns_those_that_reach_it_alone(tmp_path: Path) -> None:
    write_project(tmp_path)
    warm(tmp_path)
    put(tmp_path / "app/closing.py", FILES["app/closing.py"][1])
    assert analysed(tmp_path) == {"app/users.py"}  # those that call what stands there are done to as before
    assert warm(tmp_path) == cold(tmp_path)
    put(tmp_path / "app/plain.py", "import json\n\n\ndef load(x):\n    return json.loads(x)\n")
    assert analysed(tmp_path) == set()


def test_a_plain_function_concerns_nobody_while_a_call_of_it_does_the_same(tmp_path: Path) -> None:
    write_project(tmp_path)
    wrong = "class Wrong(Exception):\n    def __init__(self):\n        self.why = 1\n"
    put(tmp_path / "app/errors.py", wrong)
    put(
        tmp_path / "app/raising.py",
        "import psycopg2\nfrom app.errors import Wrong\n\ndef go(x):\n    conn = psycopg2.connect(x)\n"
        "    if not x:\n        raise Wrong()\n    conn.close()\n",
    )
    warm(tmp_path)
    put(tmp_path / "app/errors.py", wrong + "        self.again = 2\n")
    assert analysed(tmp_path) == set()
    assert warm(tmp_path) == cold(tmp_path)
    put(tmp_path / "app/errors.py", wrong + "        mystery(self)\n")
    assert "app/raising.py" in analysed(tmp_path)
    assert warm(tmp_path) == cold(tmp_path)


def test_where_a_resource_comes_from_is_told_anew_when_only_its_place_changed(tmp_path: Path) -> None:
    write_project(tmp_path)
    warm(tmp_path)
    put(tmp_path / "app/db.py", FILES["app/db.py"][1])
    assert warm(tmp_path, "app/jobs.py") == cold(tmp_path, "app/jobs.py")
    assert warm(tmp_path) == cold(tmp_path)


def test_a_repair_that_adds_functions_is_kept(tmp_path: Path) -> None:
    keeping = "import psycopg2\n\n\nclass Users:\n    def __init__(self):\n        self.conn = psycopg2.connect('')\n"
    put(tmp_path / "users.py", keeping)
    first = warm(tmp_path, propose=True)
    assert [finding.code for finding in first.findings if finding.fix] == ["LK107"]
    assert analysed(tmp_path, propose=True) == set()
    put(tmp_path / "users.py", keeping + "\n\ndef other():\n    return 1\n")
    assert analysed(tmp_path, propose=True) == set()
    put(tmp_path / "users.py", keeping + "\n    def close(self):\n        self.conn.close()\n")
    closed = warm(tmp_path, propose=True)
    assert closed == cold(tmp_path, propose=True)
    assert not closed.findings
    put(tmp_path / "users.py", keeping + "\n    def close(self):\n        self.conn = None\n")
    assert warm(tmp_path, propose=True) == cold(tmp_path, propose=True)


_OF_A_PROPERTY = {
    "base.py": """
from table import Table


class Database:
    def load_table(self, name: str) -> Table:
        with self.lock:
            if name not in self._tables:
                self._tables[name] = Table(self)
            return self._tables[name]

    def get_table(self, name: str) -> Table:
        if not self.ensure_schema:
            return self.load_table(name)

    def __getitem__(self, name: str) -> Table:
        return self.get_table(name)
""",
    "table.py": """
from sqlalchemy.schema import Table as SQLATable

if TYPE_CHECKING:
    from base import Database


class Table:
    def __init__(self, database: "Database"):
        self.db = database
        self._table: SQLATable | None = None

    @property
    def exists(self) -> bool:
        return self.name in self.db

    def find(self, streamed):
        if not self.exists:
            return Rows(None)
        if streamed:
            conn = self.db.engine.connect()
        return Rows(conn.execute("select 1"), conn)

    def __iter__(self):
        return self.find(True)
""",
}


def test_what_counts_only_where_a_repair_is_tried_is_kept(tmp_path: Path) -> None:
    """With the text of the repair `db` leads to a resource from the start, so that `exists` is a suspect."""
    for name, text in _OF_A_PROPERTY.items():
        put(tmp_path / name, text)
    assert warm(tmp_path, propose=True).findings
    assert analysed(tmp_path, propose=True) == set()
    put(tmp_path / "table.py", _OF_A_PROPERTY["table.py"].replace("return self.name in self.db", "return True"))
    assert warm(tmp_path, propose=True) == cold(tmp_path, propose=True)


@pytest.mark.parametrize("folder", ["fixtures", "benchmarks/accuracy/cases"])
def test_all_that_is_found_is_kept(tmp_path: Path, folder: str) -> None:
    root = tmp_path / "root"
    shutil.copytree(Path(__file__).parent.parent.parent / folder, root)
    first = warm(root, propose=True)
    assert analysed(root, propose=True) == set()
    assert warm(root, propose=True) == first


def test_what_was_looked_at_again_is_kept_although_no_answer_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    again: list[Sequence[str]] = []
    whole = Analysis.recall

    def recall(self: Analysis, survey: Survey, facts: Any, stale: Collection[str], functions: Any) -> None:
        again.append(sorted(functions))
        whole(self, survey, facts, stale, functions)

    monkeypatch.setattr(Analysis, "recall", recall)
    ending = "def end(conn):\n    shown = 1\n    return conn\n"
    put(tmp_path / "ending.py", ending)
    put(
        tmp_path / "showing.py",
        "import psycopg2\nfrom ending import end\n\n\ndef show(server):\n    return end(server.connect())\n",
    )
    put(tmp_path / "using.py", "from showing import show\n\n\ndef use(server):\n    show(server)\n")
    warm(tmp_path)
    put(tmp_path / "ending.py", ending.replace("shown = 1", "shown = len('x')"))
    assert analysed(tmp_path) == set()
    assert len(again) == 1
    assert warm(tmp_path) == cold(tmp_path)
    assert len(again) == 1


def test_a_file_of_the_same_name_elsewhere_may_change(tmp_path: Path) -> None:
    leaking = "import psycopg2\n\n\ndef go(x):\n    psycopg2.connect(x).cursor()\n"
    counting = "def first():\n    return 1\n"
    put(tmp_path / "a/__init__.py", counting)
    put(tmp_path / "b/__init__.py", leaking)
    assert warm(tmp_path).findings
    put(tmp_path / "a/__init__.py", "def first():\n    x = 2\n    return x\n")
    assert analysed(tmp_path) == set()
    put(tmp_path / "b/__init__.py", leaking.replace("def go", "def other():\n    return 1\n\n\ndef go"))
    assert warm(tmp_path) == cold(tmp_path)


def test_what_a_body_does_not_say_concerns_nobody(tmp_path: Path) -> None:
    ending = 'def drop(conn):\n    """End."""\n    text = """\n# said\n"""\n    conn.close()\n    return text\n'
    using = "import psycopg2\nfrom ending import drop\n\n\ndef read():\n    conn = psycopg2.connect('')\n    {}\n"
    put(tmp_path / "ending.py", ending)
    put(tmp_path / "a.py", using.format("drop(conn)"))
    put(tmp_path / "b.py", using.format("print(conn, 1)"))
    assert warm(tmp_path).findings
    told = ending.replace("    conn.close()", '\n    # That\'s all of "it".\n    conn.close()')
    for text in (told, told.replace("End", "The\n\n    end"), told.replace("# That's", "    # That is")):
        put(tmp_path / "ending.py", text)
        assert analysed(tmp_path) == set()
        assert warm(tmp_path) == cold(tmp_path)
    put(tmp_path / "ending.py", told.replace("# said", "# not said"))
    assert analysed(tmp_path) == {"a.py"}
    put(tmp_path / "ending.py", told.replace("    conn.close()", "    # conn.close()"))
    assert warm(tmp_path) == cold(tmp_path)
    commented = using.replace("    conn = ", "    # It is read.\n    conn = ").format("print(conn, 1)")
    put(tmp_path / "b.py", commented)
    assert warm(tmp_path) == cold(tmp_path)


def test_a_body_that_only_reads_a_field_concerns_nobody_who_asks_what_is_in_it(tmp_path: Path) -> None:
    holding = (
        "class Users:\n    def __init__(self):\n        self.pool = Pool()\n\n"
        "    def count(self):\n        return self.pool.size\n\n\n"
        "class Pool:\n    def get(self, conn):\n        return conn.cursor()\n"
    )
    put(tmp_path / "users.py", holding)
    put(
        tmp_path / "using.py",
        "import psycopg2\nfrom users import Users\n\n\ndef go(users: Users):\n    conn = psycopg2.connect('')\n"
        "    users.pool.get(conn)\n",
    )
    first = warm(tmp_path)
    assert first.findings
    put(tmp_path / "users.py", holding.replace("return self.pool.size", "x = len('x')\n        return self.pool.size"))
    assert analysed(tmp_path) == set()
    assert warm(tmp_path) == cold(tmp_path) == first
    put(tmp_path / "users.py", holding.replace("return self.pool.size", "self.pool = mystery()"))
    assert analysed(tmp_path) == {"using.py"}
    assert warm(tmp_path) == cold(tmp_path)


def test_a_file_that_was_looked_for_in_vain_counts_once_it_is_there(tmp_path: Path) -> None:
    write_project(tmp_path)
    warm(tmp_path)
    put(tmp_path / "json.py", FILES["json.py"][1])
    assert analysed(tmp_path) == {"json.py", "app/plain.py"}
    assert warm(tmp_path) == cold(tmp_path)


def test_a_subclass_in_a_new_file_counts(tmp_path: Path) -> None:
    write_project(tmp_path)
    put(tmp_path / "app/base.py", FILES["app/base.py"][1])
    put(tmp_path / "app/special.py", FILES["app/special.py"][1])
    before = warm(tmp_path)
    assert before == cold(tmp_path)
    put(tmp_path / "app/later.py", FILES["app/special.py"][0])
    after = warm(tmp_path)
    assert after == cold(tmp_path)
    assert after.findings != before.findings


def test_other_times_for_the_same_content_change_nothing(tmp_path: Path) -> None:
    write_project(tmp_path)
    warm(tmp_path)
    for name in FILES:
        if (tmp_path / name).exists():
            os.utime(tmp_path / name, (1_000_000_000, 1_000_000_000))
    assert analysed(tmp_path) == set()


def test_a_change_within_one_tick_of_the_clock_is_seen(tmp_path: Path) -> None:
    put(tmp_path / "a.py", "import psycopg2\ndef f():\n    psycopg2.connect('').cursor()\n")
    first = warm(tmp_path)
    status = os.stat(tmp_path / "a.py")
    put(tmp_path / "a.py", "import psycopg2\ndef f():\n    psycopg2.compare('').cursor()\n")
    os.utime(tmp_path / "a.py", ns=(status.st_atime_ns, status.st_mtime_ns))
    assert os.stat(tmp_path / "a.py").st_size == status.st_size
    assert first.findings
    assert not warm(tmp_path).findings


def test_settings_and_names_are_part_of_the_question(tmp_path: Path) -> None:
    write_project(tmp_path)
    everything = warm(tmp_path)
    put(tmp_path / "pyproject.toml", '[tool.leaklint]\nselect = ["LK102"]\n')
    some = warm(tmp_path)
    assert some == cold(tmp_path)
    assert some != everything
    inside = tmp_path / "app"
    assert check(["."], finder(inside), cache=True) == check(["."], finder(inside))


def test_an_answer_rests_on_all_that_it_would_rest_on_alone(tmp_path: Path) -> None:
    """What an analysis remembers from other files brings with it what that rests on."""
    write_project(tmp_path)
    own = finder(tmp_path)
    setting = Setting([own.for_directory(str(tmp_path))], str(tmp_path), analyze_file, keep=True)
    files = discover(["."], own).files
    together = facts(setting, files)
    for file in files:
        alone = facts(setting, [file])[file.path]
        assert alone <= together[file.path], file.shown


def facts(setting: Setting, files: Sequence[File]) -> dict[str, set[Fact]]:
    worker = Worker(setting)
    checked = worker.tell(worker.check_all([(file, 0) for file in files]))
    found = {}
    for file, grounds in zip(files, checked.grounds):
        assert grounds is not None
        start, known = checked.news[0].facts[grounds.extra]
        assert start == 0
        found[file.path] = {known[number][0] for number in members(unpacked(grounds.facts))}
    return found


def test_what_a_process_tells_of_words_is_joined_as_it_comes(tmp_path: Path) -> None:
    write_project(tmp_path)
    own = finder(tmp_path)
    settings = own.for_directory(str(tmp_path))
    worker = Worker(Setting([settings], str(tmp_path), analyze_file, keep=True))
    keeper = Keeper(store_of(settings, str(tmp_path), propose=False), None, 0, settings, str(tmp_path), thorough=False)
    told: set[str] = set()
    for file in discover(["."], own).files:
        news = worker.tell(worker.check_all([(file, 0)])).news[0]
        told.update(path for survey in news.surveys.values() for path in survey.files)
        keeper.hear(news)
    assert len(told) > 1
    assert [set(survey.files) for survey in keeper.surveys.values()] == [told]


_WARM = (
    "import sys; from leaklint.cli import main; main(['--output-format', 'concise', '.'])\n"
    "print(*(name for name in sys.modules if name.startswith(('leaklint.', 'libcst', 'ast', 'multiprocessing'))))"
)


def test_a_run_that_finds_everything_kept_loads_nothing_to_analyse_with(tmp_path: Path) -> None:
    write_project(tmp_path)
    here = str(Path(__file__).parent.parent.parent)
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", _WARM], cwd=tmp_path, env={**os.environ, "PYTHONPATH": here}, capture_output=True
        )
    loaded = set(done.stdout.decode().splitlines()[-1].split())
    assert "leaklint.engine.kept" in loaded
    stages = ("lowering", "ownership", "resolve.resolver", "rules.lk101_never_released", "fixes")
    assert not {name for name in loaded for stage in stages if name.startswith(f"leaklint.{stage}")}
    assert not {name for name in loaded if name.partition(".")[0] in ("libcst", "multiprocessing")}


def test_the_rules_are_known_without_loading_them() -> None:
    assert codes_and_names() == tuple((rule.code, rule.name, rule.default) for rule in all_rules())


def test_a_file_that_says_nothing_about_resources_concerns_nobody(tmp_path: Path) -> None:
    write_project(tmp_path)
    put(tmp_path / "app/names.py", "NAMES = ['a']\ndef first():\n    return NAMES[0]\n")
    put(tmp_path / "app/users.py", "from app.names import first\n" + FILES["app/users.py"][0])
    put(tmp_path / "app/firsts.py", "from app.names import first\nfrom app import db\ndef go():\n    first().get()\n")
    warm(tmp_path)
    put(tmp_path / "app/names.py", "NAMES = ['b', 'c']\n\n\ndef first():\n    return NAMES[1]\n")
    assert analysed(tmp_path) == set()
    assert warm(tmp_path) == cold(tmp_path)
    put(tmp_path / "app/names.py", "import psycopg2\ndef first():\n    return psycopg2.connect('')\n")
    assert analysed(tmp_path) >= {"app/names.py", "app/users.py", "app/firsts.py"}
    assert warm(tmp_path) == cold(tmp_path)
    put(tmp_path / "app/names.py", "import psycopg2\ndef first():\n    return psycopg2.connect('')\ndef last(): pass\n")
    assert analysed(tmp_path) == set()
    put(
        tmp_path / "app/names.py",
        "import psycopg2\n\n\ndef first():\n    return psycopg2.connect('')\ndef last(): pass\n",
    )
    assert analysed(tmp_path) == {"app/firsts.py"}
    put(tmp_path / "app/other.py", "import psycopg2\nfrom app import names\n")
    warm(tmp_path)
    put(tmp_path / "app/other.py", "import psycopg2\nfrom app import names\ndef own(x):\n    x.commit()\n")
    assert analysed(tmp_path) == set()
    assert warm(tmp_path) == cold(tmp_path)


def test_a_library_that_is_imported_and_not_used_says_nothing(tmp_path: Path) -> None:
    write_project(tmp_path)
    known = "return psycopg2.connect(x).cursor()"
    other = "try: import sqlite3\n    finally: sqlite3.connect(x).cursor()"
    for idle in ("import psycopg2\n", "import psycopg2\nfrom app.plain import load\n"):
        idle += "def go(x):\n    return x\n"
        put(tmp_path / "app/idle.py", idle)
        warm(tmp_path)
        put(tmp_path / "app/idle.py", idle.replace("return x", "return [x, psycopg2]"))
        assert analysed(tmp_path) == set()
        assert warm(tmp_path) == cold(tmp_path)
        for said in (known, other):
            put(tmp_path / "app/idle.py", idle.replace("return x", said))
            assert "app/idle.py" in analysed(tmp_path)
            assert "app/idle.py" in {finding.path for finding in warm(tmp_path).findings}
            assert warm(tmp_path) == cold(tmp_path)


def test_what_nobody_looks_into_concerns_nobody(tmp_path: Path) -> None:
    write_project(tmp_path)
    before = warm(tmp_path)
    assert "app/mixing.py" in {finding.path for finding in before.findings}
    put(tmp_path / "app/mixed.py", FILES["app/mixed.py"][1].replace("return 1", "pass\n        return 2"))
    assert analysed(tmp_path) == {"app/mixing.py"}  # label is handed what is taken there
    assert warm(tmp_path) == cold(tmp_path)
    put(tmp_path / "app/mixed.py", FILES["app/mixed.py"][1].replace("return 1", "x = {}\n        return 2"))
    assert analysed(tmp_path) == set()
    put(tmp_path / "app/mixing.py", "from app.mixed import Mixed\ndef go():\n    return Mixed()\n")
    warm(tmp_path)
    put(tmp_path / "app/mixed.py", FILES["app/mixed.py"][1].replace("return 1", "y = []\n        return 2"))
    assert analysed(tmp_path) == set()
    assert warm(tmp_path) == cold(tmp_path)
    put(tmp_path / "app/mixed.py", FILES["app/mixed.py"][1].replace("return 1", "return taken()"))
    assert "app/mixed.py" in analysed(tmp_path)
    assert warm(tmp_path) == cold(tmp_path)


def test_the_body_of_a_function_concerns_those_alone_who_look_into_it(tmp_path: Path) -> None:
    ending = "def put(conn):\n    conn.close()\n\n\ndef drop(conn):\n    print(conn)\n    conn.close()\n"
    using = "import psycopg2\nfrom ending import {0}\n\n\ndef read():\n    conn = psycopg2.connect('')\n    {0}(conn)\n"
    put(tmp_path / "ending.py", ending)
    put(tmp_path / "a.py", using.format("put"))
    put(tmp_path / "b.py", using.format("drop"))
    warm(tmp_path)
    put(tmp_path / "ending.py", ending.replace("print(conn)", "shown = 1"))
    assert analysed(tmp_path) == {"b.py"}
    assert warm(tmp_path) == cold(tmp_path)
    put(tmp_path / "ending.py", ending.replace("print(conn)", "assert conn"))
    assert analysed(tmp_path) == {"b.py"}
    put(tmp_path / "ending.py", ending.replace("print(conn)\n    conn.close()", "shown = 1\n    conn.close"))
    assert "b.py" in analysed(tmp_path)
    assert "a.py" not in analysed(tmp_path)
    found = warm(tmp_path)
    assert {finding.path for finding in found.findings} == {"b.py"}
    assert found == cold(tmp_path)
    put(tmp_path / "ending.py", ending)
    assert warm(tmp_path) == cold(tmp_path)


def test_a_function_that_nobody_asked_for_concerns_nobody(tmp_path: Path) -> None:
    write_project(tmp_path)
    warm(tmp_path)
    before = FILES["app/mixed.py"][0]
    put(tmp_path / "app/mixed.py", before + "\n\n# More.\ndef further(x):\n    return [x]\n")
    assert analysed(tmp_path) == set()
    put(tmp_path / "app/mixed.py", before + "\n\ndef further(x):\n    return psycopg2.connect(x).cursor()\n")
    assert "app/mixed.py" in analysed(tmp_path)
    assert warm(tmp_path) == cold(tmp_path)
    put(tmp_path / "app/mixed.py", before + "\n\ndef taken():\n    return [1]\n")
    assert "app/mixing.py" in analysed(tmp_path)
    assert warm(tmp_path) == cold(tmp_path)


def test_who_gives_a_field_back_is_asked_of_those_that_name_it(tmp_path: Path) -> None:
    owner = (
        "import psycopg2\n\n\nclass Store:\n    def __init__(self):\n        self.conn = psycopg2.connect('')\n\n"
        "    def taken(self):\n        return self.conn\n\n    def end(self):\n        self.taken().close()\n"
    )
    put(tmp_path / "owner.py", owner)
    using = (
        "from owner import Store\n\n\ndef go(x):\n    store = Store()\n"
        "    try:\n        x()\n    finally:\n        store.end()\n"
    )
    put(tmp_path / "user.py", using)
    assert warm(tmp_path).findings == () == cold(tmp_path).findings
    put(tmp_path / "owner.py", owner + "\n\ndef further(x):\n    return [x]\n")
    assert analysed(tmp_path) == set()
    put(tmp_path / "owner.py", owner.replace("self.taken().close()", "self.taken().cursor()"))
    assert "user.py" in analysed(tmp_path)
    assert warm(tmp_path) == cold(tmp_path)


def test_lines_that_findings_name_still_stand_where_they_did_after_edits_below(tmp_path: Path) -> None:
    leaking = "import psycopg2\n\n\ndef read():\n    conn = psycopg2.connect('')\n    conn.execute('x')\n"
    put(tmp_path / "a.py", leaking)
    put(tmp_path / "b.py", "import a\n\n\ndef go():\n    a.read()\n")
    assert warm(tmp_path, propose=True).findings[0].fix is not None

    def is_asked(text: str) -> bool:
        put(tmp_path / "a.py", text)
        looked = analysed(tmp_path, propose=True)
        assert warm(tmp_path, propose=True) == cold(tmp_path, propose=True)
        return "a.py" in looked

    assert not is_asked(leaking + "\n\n# More.\n")
    assert not is_asked(leaking + "\n\ndef further(x):\n    return [x]\n")
    assert is_asked(leaking + "\n\ndef further(close):\n    return [close]\n")  # the repair brings that name in
    assert is_asked("import psycopg2\n# More.\n\n\n" + leaking.partition("\n\n\n")[2])


def test_what_moved_is_told_where_it_is(tmp_path: Path) -> None:
    first = "import psycopg2\n\n\ndef label(x):\n    return str(x)\n\n\n"
    leaking = "def read():\n    conn = psycopg2.connect('')\n    conn.execute('x')\n"
    put(tmp_path / "a.py", first + leaking)
    put(tmp_path / "b.py", "import a\n\n\ndef go():\n    a.read()\n")
    warm(tmp_path)
    put(tmp_path / "a.py", first.replace("return str(x)", "y = x\n    return y") + leaking)
    assert analysed(tmp_path) == {"a.py"}
    assert warm(tmp_path) == cold(tmp_path)


def test_naming_a_file_does_not_drive_out_what_is_kept_of_all(tmp_path: Path) -> None:
    write_project(tmp_path)
    warm(tmp_path)
    assert analysed(tmp_path, "app/users.py") == {"app/users.py"}
    assert analysed(tmp_path, "app/users.py") == set()
    assert analysed(tmp_path) == set()


def test_a_library_that_a_helper_comes_to_import_counts_for_those_that_import_the_helper(tmp_path: Path) -> None:
    put(tmp_path / "driver.py", "import json as db\n")
    put(tmp_path / "reader.py", "from driver import db\ndef read():\n    db.connect('').cursor()\n")
    put(tmp_path / "other.py", "import psycopg2\ndef read():\n    psycopg2.connect('').cursor()\n")
    assert {finding.path for finding in warm(tmp_path).findings} == {"other.py"}
    put(tmp_path / "driver.py", "import psycopg2 as db\n")
    assert warm(tmp_path) == cold(tmp_path)
    assert {finding.path for finding in warm(tmp_path).findings} == {"other.py", "reader.py"}
