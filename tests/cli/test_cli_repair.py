from __future__ import annotations

import os
import subprocess
from pathlib import Path

from running import Leaklint

IDLE = (
    b"\xef\xbb\xbfx = 1  # leaklint: ignore\r\ny = 2  # keep  # leaklint: ignore[LK102]\r\n# leaklint: ignore\r\nz = 3"
)
MENDED = b"\xef\xbb\xbfx = 1\r\ny = 2  # keep\r\nz = 3"


def test_comments_that_suppress_nothing_are_removed(tmp_path: Path, leaklint: Leaklint) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(IDLE)
    path.chmod(0o755)
    ran = leaklint("--fix")
    assert ran.status == 0, ran
    assert "Fixed 3 findings (3 LK901)." in ran.out
    assert path.read_bytes() == MENDED
    assert path.stat().st_mode & 0o777 == 0o755
    again = leaklint("--fix", "--exit-non-zero-on-fix")
    assert (again.status, path.read_bytes()) == (0, MENDED)
    path.write_bytes(IDLE)
    assert leaklint("--fix", "--exit-non-zero-on-fix").status == 1


def test_rules_that_must_not_be_repaired_are_not(tmp_path: Path, leaklint: Leaklint) -> None:
    (tmp_path / "a.py").write_bytes(IDLE)
    assert leaklint("--fix", "--unfixable", "LK901").status == 1
    assert leaklint("--fix", "--fixable", "LK1").status == 1
    assert (tmp_path / "a.py").read_bytes() == IDLE


def test_the_patch_is_one_that_git_applies(tmp_path: Path, leaklint: Leaklint) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(IDLE)
    ran = leaklint("--diff")
    assert ran.status == 1
    assert ran.err == "leaklint: 3 findings in 1 file would be fixed\n"
    assert path.read_bytes() == IDLE
    subprocess.run(["git", "apply", "-"], input=ran.out.encode(), cwd=tmp_path, check=True)
    assert path.read_bytes() == MENDED
    assert leaklint("--diff").status == 0


def test_standard_input_is_repaired_to_standard_output(tmp_path: Path, leaklint: Leaklint) -> None:
    ran = leaklint("--fix", "-", stdin=IDLE)
    assert (ran.status, ran.out.encode()) == (0, MENDED)
    assert leaklint("--fix", "-", stdin=b"x = 1").out == "x = 1"


def test_a_file_that_cannot_be_written_is_told_and_the_others_are(tmp_path: Path, leaklint: Leaklint) -> None:
    (tmp_path / "a.py").write_bytes(IDLE)
    (tmp_path / "target").mkdir()
    (tmp_path / "b.py").write_bytes(IDLE)
    link = tmp_path / "c.py"
    link.symlink_to("b.py")
    ran = leaklint("--fix", "a.py", "c.py")
    assert ran.status == 0, ran
    assert link.is_symlink()
    assert (tmp_path / "b.py").read_bytes() == MENDED
    if os.geteuid() != 0:
        (tmp_path / "a.py").write_bytes(IDLE)
        (tmp_path / "a.py").chmod(0o444)
        (tmp_path / "b.py").write_bytes(IDLE)
        ran = leaklint("--fix", "a.py", "b.py")
        assert (ran.status, ran.err) == (
            2,
            "leaklint: error: a.py: not written: it is read-only; make it writable first\n",
        )
        assert (tmp_path / "b.py").read_bytes() == MENDED
