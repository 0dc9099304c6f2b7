"""The cache directory: never believed blindly, never in the way, and never larger than it may be."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from leaklint.cache import store
from leaklint.cache.record import Record
from leaklint.cache.stamps import Stamp
from leaklint.engine import Result, check
from tests.cache.project import edit, put, write_project
from tests.cache.runs import cold, finder, warm


def kept(root: Path) -> list[Path]:
    return sorted((root / store.DIRECTORY).glob("*.answers"))


def test_the_directory_says_what_it_is(tmp_path: Path) -> None:
    write_project(tmp_path)
    warm(tmp_path)
    directory = tmp_path / store.DIRECTORY
    assert (directory / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55\n")
    assert (directory / ".gitignore").read_text() == "*\n"
    assert len(kept(tmp_path)) == 1


def test_it_can_lie_elsewhere_or_nowhere(tmp_path: Path) -> None:
    project, elsewhere = tmp_path / "project", tmp_path / "else" / "where"
    write_project(project)
    check(["."], finder(project, elsewhere), cache=True)
    assert list(elsewhere.glob("*.answers"))
    cold(project)
    assert not (project / store.DIRECTORY).exists()


@pytest.mark.parametrize("damage", ["empty", "cut", "flipped", "foreign", "directory", "other magic"])
def test_a_damaged_file_says_nothing(tmp_path: Path, damage: str) -> None:
    write_project(tmp_path)
    whole = warm(tmp_path)
    path = kept(tmp_path)[0]
    data = path.read_bytes()
    if damage == "directory":
        path.unlink()
        path.mkdir()
    else:
        middle = len(data) // 2
        path.write_bytes(
            {
                "empty": b"",
                "cut": data[:middle],
                "flipped": data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :],
                "foreign": os.urandom(2000),
                "other magic": b"leaklint 9\n" + data[11:],
            }[damage]
        )
    assert warm(tmp_path) == whole
    assert warm(tmp_path) == whole


def test_numbers_that_lead_nowhere_say_nothing(tmp_path: Path) -> None:
    """A file whose checksum is right, but which no leaklint wrote."""
    write_project(tmp_path)
    whole = warm(tmp_path)
    place = store.Store(str(tmp_path / store.DIRECTORY), b"")
    place.path = str(kept(tmp_path)[0])
    record = place.load()
    assert record.answers
    record.paths.clear()
    assert place.save(record)
    assert warm(tmp_path) == whole
    place.save(Record(stamps={"x": Stamp(0, 0, 0, 0, b"")}, answers=record.answers))
    assert warm(tmp_path) == whole


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_project_is_checked_all_the_same(tmp_path: Path) -> None:
    write_project(tmp_path)
    tmp_path.chmod(0o555)
    try:
        assert warm(tmp_path) == cold(tmp_path)
    finally:
        tmp_path.chmod(0o755)


def test_a_place_that_cannot_be_written_is_gone_without(tmp_path: Path) -> None:
    write_project(tmp_path)
    put(tmp_path / store.DIRECTORY, "a file where the directory would be")
    assert warm(tmp_path) == cold(tmp_path)
    full = Path("/dev/full")
    if full.exists():
        assert check(["."], finder(tmp_path, full), cache=True) == cold(tmp_path)


def test_what_no_run_used_for_long_is_removed(tmp_path: Path) -> None:
    write_project(tmp_path)
    warm(tmp_path)
    directory = tmp_path / store.DIRECTORY
    old, young, torn = (directory / name for name in ("old.answers", "young.answers", ".new-1.answers"))
    for path in (old, young, torn):
        path.write_bytes(b"x")
    foreign = directory / "somebody's"
    foreign.write_bytes(b"x")
    for path in (old, foreign):
        os.utime(path, (time.time() - store.OLDEST - 10,) * 2)
    os.utime(torn, (time.time() - 7200,) * 2)
    put(tmp_path / "app/plain.py", "x = 1\n")
    warm(tmp_path)
    assert not old.exists()
    assert not torn.exists()
    assert young.exists()
    assert foreign.exists()


def test_there_is_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_project(tmp_path)
    warm(tmp_path)
    directory = tmp_path / store.DIRECTORY
    for number in range(5):
        (directory / f"{number}.answers").write_bytes(b"x" * 60_000)
        os.utime(directory / f"{number}.answers", (time.time() - number * 100,) * 2)
    monkeypatch.setattr(store, "MOST_BYTES", 200_000)
    put(tmp_path / "app/plain.py", "x = 1\n")
    warm(tmp_path)
    assert sum(path.stat().st_size for path in kept(tmp_path)) <= 200_000
    assert (directory / "0.answers").exists()
    assert not (directory / "4.answers").exists()


def test_runs_side_by_side_do_not_disturb_each_other(tmp_path: Path) -> None:
    import random

    write_project(tmp_path)
    chance = random.Random(7)
    for _ in range(4):
        whole = cold(tmp_path)
        with ThreadPoolExecutor(4) as threads:
            runs: list[Result] = list(threads.map(lambda number: warm(tmp_path), range(6)))
        assert runs == [whole] * 6
        edit(tmp_path, chance)


_RUN = (
    "import sys; from leaklint.config import SettingsFinder; from leaklint.engine import check\n"
    "check(['.'], SettingsFinder(cwd='.'), cache=True)"
)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs kill -9")
def test_a_killed_run_leaves_nothing_that_misleads(tmp_path: Path) -> None:
    write_project(tmp_path)
    whole = cold(tmp_path)
    here = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    for number in range(8):
        process = subprocess.Popen([sys.executable, "-c", _RUN], cwd=tmp_path, env={**os.environ, "PYTHONPATH": here})
        time.sleep(0.1 + number * 0.05)
        process.kill()
        process.wait()
        put(tmp_path / "app/plain.py", f"x = {number}\n")
        assert warm(tmp_path).findings == whole.findings
