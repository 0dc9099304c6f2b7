"""What is let go while files are checked: bytes once their words are known, and what is read once more must be what it
was; answers once they are many; all of a configuration once the last of its files is checked."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

import pytest

from leaklint.config import SettingsFinder
from leaklint.engine import check, contents, pool, project
from leaklint.engine.analyze import analyze_file
from leaklint.engine.outcome import Setting
from leaklint.engine.worker import Worker
from leaklint.ownership import analysis
from leaklint.source.discover import File, discover
from tests.cache.project import put, write_project
from tests.cache.runs import analysed, warm


def worker_of(root: Path) -> Worker:
    own = SettingsFinder(cwd=str(root))
    worker = Worker(Setting([own.for_directory(str(root))], str(root), analyze_file))
    worker.check_all([(file, 0) for file in discover(["."], own).files])
    return worker


def test_little_is_held_at_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_project(tmp_path)
    own = SettingsFinder(cwd=str(tmp_path))
    before = check(["."], own, jobs=1)
    assert worker_of(tmp_path).project(0)._data
    monkeypatch.setattr(contents, "_ROOM", 0)
    assert check(["."], own, jobs=1) == before
    held = worker_of(tmp_path).project(0)
    held.let_go()
    assert not {path for path in held._data if held.suspects("").words_of(path) is not None}
    assert warm(tmp_path) == before
    assert analysed(tmp_path) == set()


def test_no_more_is_held_while_all_files_are_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_project(tmp_path)
    settings = SettingsFinder(cwd=str(tmp_path)).for_directory(str(tmp_path))
    held = project.Project(settings, str(tmp_path))
    found = held.analysis_of("").program.holding("import")
    assert found
    assert any(held._data.values())
    monkeypatch.setattr(contents, "_ROOM", 0)
    again = project.Project(settings, str(tmp_path))
    assert again.analysis_of("").program.holding("import") == found
    assert not any(again._data.values())


def test_what_changed_meanwhile_is_not_read_as_what_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_project(tmp_path)
    monkeypatch.setattr(contents, "_ROOM", 0)
    held = worker_of(tmp_path).project(0)
    path = tmp_path / "app/db.py"
    assert held.data(str(path)) == path.read_bytes()
    held.let_go()
    put(path, "other = 1\n")
    assert held.data(str(path)) is None


def test_answers_that_are_forgotten_are_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_project(tmp_path)
    own = SettingsFinder(cwd=str(tmp_path))
    before = check(["."], own, jobs=1)
    assert worker_of(tmp_path).project(0).analysis_of("").resolver.answers
    monkeypatch.setattr(analysis, "MOST_ANSWERS", 0)
    monkeypatch.setattr(analysis, "FEW_FILES", 0)
    assert not worker_of(tmp_path).project(0).analysis_of("").resolver.answers
    assert check(["."], own, jobs=1) == before
    assert check(["."], own, jobs=1, cache=True) == before
    assert warm(tmp_path) == before
    assert analysed(tmp_path) == set()


def test_more_is_kept_where_few_files_need_all_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_project(tmp_path)
    monkeypatch.setattr(analysis, "MOST_ANSWERS", 1)
    assert worker_of(tmp_path).project(0).analysis_of("")._most > 8


def test_nothing_is_left_of_a_configuration_whose_files_are_checked(tmp_path: Path) -> None:
    write_project(tmp_path)
    own = SettingsFinder(cwd=str(tmp_path))
    worker = worker_of(tmp_path)
    known = worker.project(0).analysis_of("")
    held: list[object] = [known, known.program, known.resolver, known.resolver.names, known.suspects]
    held += [module.procedures for module in known.program._modules.values() if module is not None]
    left = [weakref.ref(one) for one in held]
    del known, held
    gc.disable()
    try:
        worker.end(0)
        assert not [one for one in left if one() is not None]
    finally:
        gc.enable()
    tasks = [(file, 0) for file in discover(["."], own).files]
    assert worker.check_all(tasks).outcomes == worker_of(tmp_path).check_all(tasks).outcomes


def test_nothing_is_left_of_the_analyses_that_proved_repairs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_project(tmp_path)
    own = SettingsFinder(cwd=str(tmp_path))
    worker = Worker(Setting([own.for_directory(str(tmp_path))], str(tmp_path), analyze_file, propose=True))
    tried: list[weakref.ref[object]] = []

    def noted(held: project.Project, extra: str) -> analysis.Analysis | None:
        found = continued(held, extra)
        if found is not None:
            tried.extend(map(weakref.ref, (found, found.program, found.resolver, found.suspects)))
        return found

    continued = project.Project._continued
    monkeypatch.setattr(project.Project, "_continued", noted)
    gc.disable()
    try:
        worker.check_all([(file, 0) for file in discover(["."], own).files])
        assert tried
        assert not [one for one in tried if one() is not None]
    finally:
        gc.enable()


def test_little_is_left_of_a_run_of_files_when_the_next_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_project(tmp_path)
    own = SettingsFinder(cwd=str(tmp_path))
    tasks = [(file, 0) for file in discover(["."], own).files]
    worker = Worker(Setting([own.for_directory(str(tmp_path))], str(tmp_path), analyze_file))
    monkeypatch.setattr(pool._local, "worker", worker, raising=False)
    before = worker_of(tmp_path).check_all(tasks).outcomes
    assert pool._check_run(tasks).outcomes == before
    known = worker.project(0).analysis_of("")
    modules = [module for module in known.program._modules.values() if module is not None]
    assert modules
    assert not [name for module in modules for name in module.signatures if known.program.built(module.module, name)]
    assert not known.resolver.answers
    assert pool._check_run(tasks).outcomes == before


def test_a_process_is_told_whose_files_are_all_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tasks: list[tuple[File, int]] = []
    settings = []
    for number in range(3):
        root = tmp_path / str(number)
        write_project(root)
        own = SettingsFinder(cwd=str(root))
        settings.append(own.for_directory(str(root)))
        tasks += [(file, number) for file in discover(["."], own).files]
    worker = Worker(Setting(settings, str(tmp_path), analyze_file))
    monkeypatch.setattr(pool._local, "worker", worker, raising=False)
    runs = [[at for at, task in enumerate(tasks) if task[1] == number] for number in (0, 1, 2)]
    runs = [runs[0][:2], runs[1], runs[0][2:], runs[2]]
    held = []
    for run in runs:
        pool._check_run([tasks[at] for at in run], pool._over(tasks, runs)[run[0]])
        held.append(sorted(worker.projects))
    assert held == [[0], [0, 1], [0], [2]]
