from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LEAK = """\
import sqlite3


def first(path):
    conn = sqlite3.connect(path)
    row = conn.execute("select 1").fetchone()
    conn.close()
    return row
"""
CLEAN = """\
import sqlite3


def first(path):
    conn = sqlite3.connect(path)
    try:
        return conn.execute("select 1").fetchone()
    finally:
        conn.close()
"""


class Ran:
    """What a command did."""

    def __init__(self, done: subprocess.CompletedProcess[bytes]) -> None:
        self.status = done.returncode
        self.out = done.stdout.decode()
        self.err = done.stderr.decode()

    def __repr__(self) -> str:
        return f"status {self.status}\n--- out\n{self.out}\n--- err\n{self.err}"


Leaklint = Callable[..., Ran]


@pytest.fixture
def leaklint(tmp_path: Path) -> Leaklint:
    """Runs the real command in a subprocess, in the test's directory."""

    def run(*arguments: str, stdin: bytes = b"", cwd: Path = tmp_path, **environment: str) -> Ran:
        inherited = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")}
        done = subprocess.run(
            [sys.executable, "-m", "leaklint", *arguments],
            input=stdin,
            capture_output=True,
            cwd=cwd,
            env={**inherited, "PYTHONPATH": str(ROOT), **environment},
            timeout=120,
        )
        return Ran(done)

    return run


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A directory with a leak in `app/load.py` and a clean `app/clean.py`."""
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "load.py").write_text(LEAK)
    (tmp_path / "app" / "clean.py").write_text(CLEAN)
    return tmp_path
