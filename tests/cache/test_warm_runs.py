"""What a warm run says is what a cold one says, whatever was edited in between."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from leaklint.engine import check
from leaklint.engine.analyze import analyze_file
from leaklint.engine.keeping import Keeper
from leaklint.engine.kept import store_of
from leaklint.engine.worker import Setting, Worker
from leaklint.resolve.sets import members, unpacked
from leaklint.resolve.trace import Fact
from leaklint.rules import all_rules, codes_and_names
from leaklint.source.discover import File, discover
from tests.cache.project import FILES, edit, put, write_project
from tests.cache.runs import analysed, cold, finder, warm

EDITS = 14


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


@pytest.mark.parametrize("seed", range(3))
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


def test_where_a_resource_comes_from_is_told_anew_when_only_its_place_changed(tmp_path: Path) -> None:
    write_project(tmp_path)
    warm(tmp_path)
    put(tmp_path / "app/db.py", FILES["app/db.py"][1])
    assert warm(tmp_path, "app/jobs.py") == cold(tmp_path, "app/jobs.py")
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


def test_a_library_that_a_helper_comes_to_import_counts_for_those_that_import_the_helper(tmp_path: Path) -> None:
    put(tmp_path / "driver.py", "import json as db\n")
    put(tmp_path / "reader.py", "from driver import db\ndef read():\n    db.connect('').cursor()\n")
    put(tmp_path / "other.py", "import psycopg2\ndef read():\n    psycopg2.connect('').cursor()\n")
    assert {finding.path for finding in warm(tmp_path).findings} == {"other.py"}
    put(tmp_path / "driver.py", "import psycopg2 as db\n")
    assert warm(tmp_path) == cold(tmp_path)
    assert {finding.path for finding in warm(tmp_path).findings} == {"other.py", "reader.py"}
