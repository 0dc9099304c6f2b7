"""Bytes of files are let go once their words are known, and what is read once more must be what it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from leaklint.config import SettingsFinder
from leaklint.engine import check, project
from leaklint.engine.analyze import analyze_file
from leaklint.engine.outcome import Setting
from leaklint.engine.worker import Worker
from leaklint.source.discover import discover
from tests.cache.project import put, write_project
from tests.cache.test_warm_runs import analysed, warm


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
    monkeypatch.setattr(project, "_ROOM", 0)
    assert check(["."], own, jobs=1) == before
    held = worker_of(tmp_path).project(0)
    held._room = 0
    held.let_go()
    assert not {path for path in held._data if held.suspects("").words_of(path) is not None}
    assert warm(tmp_path) == before
    assert analysed(tmp_path) == set()


def test_what_changed_meanwhile_is_not_read_as_what_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_project(tmp_path)
    monkeypatch.setattr(project, "_ROOM", 0)
    held = worker_of(tmp_path).project(0)
    path = tmp_path / "app/db.py"
    assert held.data(str(path)) == path.read_bytes()
    held._room = 0
    held.let_go()
    put(path, "other = 1\n")
    assert held.data(str(path)) is None
