"""The same question again is answered from its seal, and by nothing else once anything that it looked at changed."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from leaklint.cache import stamps, store
from tests.cache.project import FILES, edit, put, write_project
from tests.cache.runs import analysed, cold, warm

TICK = 0.03
"""Seconds after which times tell here. Clocks of the file systems that tests run on are finer."""


@pytest.fixture(autouse=True)
def fine_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stamps, "COARSEST", int(TICK * 1e9 * 0.7))


def settle(root: Path, *paths: str) -> None:
    """Ask until the answers are sealed."""
    for _ in range(3):
        time.sleep(TICK)
        warm(root, *paths)


def seal_of(root: Path) -> Path:
    return next((root / store.DIRECTORY).glob("*.seal"))


def is_sealed(root: Path, *paths: str) -> bool:
    """Whether a run needs nothing but the seal."""
    record = next((root / store.DIRECTORY).glob("*.answers"))
    hidden = record.rename(record.with_suffix(".hidden"))
    try:
        return not analysed(root, *paths)
    finally:
        hidden.rename(record)


@pytest.mark.parametrize("seed", range(6))
def test_sealed_is_cold_after_any_edit(tmp_path: Path, seed: int) -> None:
    chance = random.Random(500 + seed)
    write_project(tmp_path)
    done = []
    for _ in range(10):
        settle(tmp_path)
        done.extend(edit(tmp_path, chance) for _ in range(chance.choice((1, 1, 2))))
        if chance.random() < 0.3:
            done.append("touched")
            os.utime(tmp_path / "app")
        time.sleep(TICK)
        assert warm(tmp_path) == cold(tmp_path), done
        time.sleep(TICK)
        assert warm(tmp_path) == cold(tmp_path), done


def test_a_seal_speaks_for_itself(tmp_path: Path) -> None:
    write_project(tmp_path)
    settle(tmp_path)
    assert is_sealed(tmp_path)
    assert warm(tmp_path) == cold(tmp_path)


def test_a_first_run_seals_what_it_found(tmp_path: Path) -> None:
    write_project(tmp_path)
    put(tmp_path / "app" / "broken.py", "x = 1\n")
    time.sleep(TICK)
    warm(tmp_path)
    assert is_sealed(tmp_path)
    put(tmp_path / "late.py", "import psycopg2\ndef read():\n    psycopg2.connect('').cursor()\n")
    assert warm(tmp_path) == cold(tmp_path)
    assert "late.py" in {finding.path for finding in warm(tmp_path).findings}


def test_other_questions_leave_the_larger_one_sealed(tmp_path: Path) -> None:
    write_project(tmp_path)
    settle(tmp_path)
    assert warm(tmp_path, "app") == cold(tmp_path, "app")
    assert is_sealed(tmp_path)


def test_times_alone_break_no_directory(tmp_path: Path) -> None:
    write_project(tmp_path)
    settle(tmp_path)
    (tmp_path / "app" / "passing.tmp").touch()
    (tmp_path / "app" / "passing.tmp").unlink()
    time.sleep(TICK)
    assert is_sealed(tmp_path)


def _package(root: Path) -> None:
    (root / "mystery").mkdir()


def _ignored(root: Path) -> None:
    put(root / ".gitignore", "app/other.py\n")


def _gone(root: Path) -> None:
    (root / "app" / "closing.py").unlink()


def _same_size(root: Path) -> None:
    path = root / "app" / "users.py"
    status = path.stat()
    put(path, FILES["app/users.py"][0].replace("put(conn)", "ptu(conn)"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def _linked(root: Path) -> None:
    (root / "linked.py").unlink()
    (root / "linked.py").symlink_to("elsewhere/b.txt")


def _target(root: Path) -> None:
    (root / "elsewhere" / "a.txt").unlink()


@pytest.mark.parametrize("change", [_package, _ignored, _gone, _same_size, _linked, _target])
def test_what_changed_breaks_it(tmp_path: Path, change: Callable[[Path], None]) -> None:
    write_project(tmp_path)
    for name, text in (("a", FILES["app/db.py"][0]), ("b", FILES["app/db.py"][2])):
        put(tmp_path / "elsewhere" / f"{name}.txt", text)
    (tmp_path / "linked.py").symlink_to("elsewhere/a.txt")
    put(tmp_path / "user.py", "import linked\ndef read():\n    linked.connect().cursor()\n")
    settle(tmp_path)
    assert is_sealed(tmp_path)
    change(tmp_path)
    time.sleep(TICK)
    assert warm(tmp_path) == cold(tmp_path)
    time.sleep(TICK)
    assert warm(tmp_path) == cold(tmp_path)


def test_what_was_changed_a_moment_ago_is_not_sealed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stamps, "COARSEST", 10**15)
    write_project(tmp_path)
    for _ in range(3):
        warm(tmp_path)
    assert not list((tmp_path / store.DIRECTORY).glob("*.seal"))


@pytest.mark.parametrize("damage", ["empty", "cut", "flipped", "foreign"])
def test_a_damaged_seal_says_nothing(tmp_path: Path, damage: str) -> None:
    write_project(tmp_path)
    settle(tmp_path)
    path = seal_of(tmp_path)
    data = path.read_bytes()
    middle = len(data) // 2
    flipped = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
    path.write_bytes({"empty": b"", "cut": data[:middle], "flipped": flipped, "foreign": os.urandom(900)}[damage])
    assert warm(tmp_path) == cold(tmp_path)
    assert analysed(tmp_path) == set()
