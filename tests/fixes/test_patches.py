"""What other programs do with a repair: `git apply` takes the patch, an editor makes the edits, git keeps its index."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.fixes.repairing import inputs, style_of

ROOT = Path(__file__).parents[2]
LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
STYLES = ("try-finally", "with")
ENDS = {"lf": "\n", "crlf": "\r\n"}


def leaklint(where: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    environment = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")}
    return subprocess.run(
        [sys.executable, "-m", "leaklint", "check", *arguments],
        cwd=where,
        capture_output=True,
        env={**environment, "PYTHONPATH": str(ROOT)},
        check=False,
    )


def git(where: Path, *arguments: str, given: bytes = b"") -> str:
    done = subprocess.run(["git", *arguments], cwd=where, input=given, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def apart(where: Path, style: str, end: str = "\n") -> dict[Path, bytes]:
    """The golden inputs of a style, each in a directory of its own, and what they become."""
    (where / "leaklint.toml").write_text(f'fix-style = "{style}"\n')
    wanted: dict[Path, bytes] = {}
    for source in inputs():
        text = source.read_text(encoding="utf-8")
        if style_of(text) == style:
            path = where / source.stem / "app.py"
            path.parent.mkdir()
            path.write_bytes(text.replace("\n", end).encode())
            wanted[path] = source.with_suffix(".fixed.py").read_text(encoding="utf-8").replace("\n", end).encode()
    return wanted


def applied(text: str, edits: Iterable[dict[str, Any]]) -> str:
    """The text after edits, as an editor makes them: from the last to the first, by line and character."""
    starts = [0]
    for line in LINE.findall(text):
        starts.append(starts[-1] + len(line))
    for edit in sorted(edits, key=lambda one: (one["line"], one["column"]), reverse=True):
        start = starts[edit["line"] - 1] + edit["column"] - 1
        end = starts[edit["end_line"] - 1] + edit["end_column"] - 1
        text = text[:start] + edit["text"] + text[end:]
    return text


@pytest.mark.parametrize(("style", "end"), zip(STYLES, ENDS.values()), ids=ENDS)
def test_git_applies_the_patch(tmp_path: Path, style: str, end: str) -> None:
    wanted = apart(tmp_path, style, end)
    assert len(wanted) > 5
    git(tmp_path, "init", "-q")
    patch = leaklint(tmp_path, "--diff", "--unsafe-fixes", ".").stdout
    git(tmp_path, "apply", "-", given=patch)
    assert {path: path.read_bytes() for path in wanted} == wanted


@pytest.mark.parametrize("style", STYLES)
def test_an_editor_that_applies_the_edits_gets_what_fix_writes(tmp_path: Path, style: str) -> None:
    wanted = apart(tmp_path, style)
    for _ in range(12):
        ran = leaklint(tmp_path, "--output-format", "json", "--unsafe-fixes", ".")
        first: dict[str, Any] = {}
        for finding in json.loads(ran.stdout):
            fix = finding["fix"]
            if fix is not None and fix["applicability"] != "display":
                first.setdefault(finding["path"], fix)
        if not first:
            break
        for path, fix in first.items():
            assert {edit["path"] for edit in fix["edits"]} == {path}
            file = tmp_path / path
            file.write_bytes(applied(file.read_bytes().decode(), fix["edits"]).encode())
    assert {path: path.read_bytes() for path in wanted} == wanted


LEAK = """\
import sqlite3


def read(path):
    conn = sqlite3.connect(path)
    rows = conn.execute("SELECT 1").fetchall()
    conn.close()
    return rows
"""


def test_what_is_not_committed_stays_and_git_s_index_too(tmp_path: Path) -> None:
    path = tmp_path / "app.py"
    path.write_text("x = 1\n" + LEAK)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "app.py")
    staged = git(tmp_path, "ls-files", "-s")
    path.write_text("x = 2  # not committed\n" + LEAK)
    ran = leaklint(tmp_path, "--fix", ".")
    assert ran.returncode == 0, ran
    text = path.read_text()
    assert text.startswith("x = 2  # not committed\n")
    assert "    finally:\n        conn.close()\n" in text
    assert git(tmp_path, "ls-files", "-s") == staged
    assert sorted(one.name for one in tmp_path.iterdir()) == [".git", "app.py"]
