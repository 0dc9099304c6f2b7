from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from running import CLEAN, LEAK, ROOT, Leaklint, Ran


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
