from __future__ import annotations

import os
from pathlib import Path

import pytest

from leaklint.source.write import WriteError, write_atomically


def test_mode_and_links_are_kept(tmp_path: Path) -> None:
    real = tmp_path / "real.py"
    real.write_bytes(b"old")
    real.chmod(0o754)
    link = tmp_path / "link.py"
    link.symlink_to("real.py")
    write_atomically(str(link), b"new", expected=b"old")
    assert real.read_bytes() == b"new"
    assert real.stat().st_mode & 0o7777 == 0o754
    assert link.is_symlink()
    assert sorted(os.listdir(tmp_path)) == ["link.py", "real.py"]


def test_a_file_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"theirs")
    with pytest.raises(WriteError, match=r"a\.py: not written: it was changed meanwhile; run again"):
        write_atomically(str(path), b"ours", expected=b"old")
    assert path.read_bytes() == b"theirs"


def test_a_file_that_vanished_is_not_brought_back(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="it vanished meanwhile"):
        write_atomically(str(tmp_path / "a.py"), b"ours", expected=b"old")
    assert os.listdir(tmp_path) == []


def test_an_error_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "dir").mkdir()
    with pytest.raises(WriteError, match="it is no regular file"):
        write_atomically(str(tmp_path / "dir"), b"x")
    with pytest.raises(WriteError, match="no such file or directory"):
        write_atomically(str(tmp_path / "absent" / "a.py"), b"x")
    assert os.listdir(tmp_path) == ["dir"]


def test_new_files_get_the_usual_mode(tmp_path: Path) -> None:
    usual = tmp_path / "usual"
    usual.write_bytes(b"")
    write_atomically(str(tmp_path / "new"), b"x")
    assert (tmp_path / "new").stat().st_mode == usual.stat().st_mode
