from __future__ import annotations

import os
import subprocess
from pathlib import Path

from running import CLEAN, LEAK, Leaklint

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


REPAIRED = LEAK.replace(
    """    row = conn.execute("select 1").fetchone()
    conn.close()
""",
    """    try:
        row = conn.execute("select 1").fetchone()
    finally:
        conn.close()
""",
)


def test_leaks_are_repaired(project: Path, leaklint: Leaklint) -> None:
    assert "= fix: " in leaklint().out
    ran = leaklint("--diff")
    assert ran.status == 1
    assert "+    finally:\n" in ran.out
    ran = leaklint("--fix")
    assert ran.status == 0, ran
    assert "Fixed 1 finding (1 LK102)." in ran.out
    assert (project / "app" / "load.py").read_text() == REPAIRED
    assert (project / "app" / "clean.py").read_text() == CLEAN
    assert leaklint("--fix", "-", stdin=LEAK.encode()).out == REPAIRED


def test_bytes_around_a_repair_stay_as_they_are(tmp_path: Path, leaklint: Leaklint) -> None:
    path = tmp_path / "a.py"
    head = "# coding: latin-1\r\n# caf\xe9 \x0c\r\n"
    path.write_bytes((head + LEAK.replace("\n", "\r\n")).encode("latin-1"))
    assert leaklint("--fix").status == 0
    assert path.read_bytes() == (head + REPAIRED.replace("\n", "\r\n")).encode("latin-1")


def test_what_a_comment_silences_is_not_repaired(tmp_path: Path, leaklint: Leaklint) -> None:
    path = tmp_path / "a.py"
    path.write_text(LEAK.replace("connect(path)", "connect(path)  # leaklint: ignore[LK102]"))
    before = path.read_text()
    assert leaklint("--fix").status == 0
    assert path.read_text() == before


def test_a_repair_of_many_files_over_processes(project: Path, leaklint: Leaklint) -> None:
    for number in range(30):
        (project / "app" / f"load{number}.py").write_text(LEAK)
    ran = leaklint("--fix", "--jobs", "2")
    assert (ran.status, "Fixed 31 findings (31 LK102)." in ran.out) == (0, True), ran
