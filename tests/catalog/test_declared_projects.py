"""Projects that declare resources of their own, checked and repaired by the command itself.

`declared/<name>/` is a project: its configuration, and files with lines marked `# expect: LK102` or `# expect: ok`.
`x.fixed.txt` beside `x.py` is what `--fix` makes of it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECTS = sorted(path for path in (Path(__file__).parent / "declared").iterdir() if path.is_dir())
REPAIRED = [project for project in PROJECTS if list(project.rglob("*.fixed.txt"))]
MARK = re.compile(r"# expect: (\w+)$")


def run(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "leaklint", "--no-cache", *arguments, "."],
        cwd=directory,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def leaklint(directory: Path, *arguments: str) -> tuple[int, str]:
    done = run(directory, *arguments)
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout


@pytest.fixture
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return Path(shutil.copytree(request.param, tmp_path / "project"))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("taken =", "takken =", "leaklint.toml:5:1: unknown key 'takken'; did you mean 'taken'?"),
        ('"receiver"', '"reciever"', "leaklint.toml:5:1: taken must be one of"),
        ('["release"]', '"release"', "leaklint.toml:6:1: release must be an array"),
        ('["release"]', '["release()"]', "leaklint.toml:6:12: 'release()' is no method name"),
    ],
)
def test_a_bad_declaration_is_told_with_its_place(tmp_path: Path, old: str, new: str, message: str) -> None:
    good = (Path(__file__).parent / "declared" / "locks" / "leaklint.toml").read_text(encoding="utf-8")
    (tmp_path / "leaklint.toml").write_text(good.replace(old, new, 1), encoding="utf-8")
    (tmp_path / "app.py").write_text("import threading\n", encoding="utf-8")
    done = run(tmp_path)
    assert done.returncode == 2
    (told,) = done.stderr.splitlines()
    assert message in told


def marks(directory: Path) -> dict[tuple[str, int], str]:
    return {
        (path.relative_to(directory).as_posix(), number): match.group(1)
        for path in directory.rglob("*.py")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if (match := MARK.search(line))
    }


def test_every_kind_that_the_documentation_promises_is_here() -> None:
    assert [path.name for path in PROJECTS] == ["files", "locks", "pages", "pool", "tuples"]
    assert [path.name for path in REPAIRED] == ["files", "locks", "pages", "pool"]


@pytest.mark.parametrize("project", PROJECTS, ids=lambda path: path.name, indirect=True)
def test_what_is_declared_is_reported(project: Path) -> None:
    expected = {place: code for place, code in marks(project).items() if code != "ok"}
    status, text = leaklint(project, "--output-format", "json")
    assert status == 1
    assert {(one["path"], one["line"]): one["code"] for one in json.loads(text)} == expected


@pytest.mark.parametrize("project", REPAIRED, ids=lambda path: path.name, indirect=True)
def test_what_is_reported_is_repaired(project: Path) -> None:
    leaklint(project, "--fix", "--output-format", "concise")
    for path in sorted(project.rglob("*.fixed.txt")):
        repaired = path.with_name(path.name.removesuffix(".fixed.txt") + ".py")
        assert repaired.read_text(encoding="utf-8") == path.read_text(encoding="utf-8")
