"""Both hooks, installed and run by pre-commit itself from a clone of this repository, on a repository of their own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("pre_commit", reason="pre-commit is not installed")

pytestmark = pytest.mark.xdist_group("hooks")

ROOT = Path(__file__).parents[2]
HELPER = "import sqlite3\n\n\ndef take(path):\n    return sqlite3.connect(path)\n"
USER = (
    "from db import take\n\n\ndef run(path):\n    conn = take(path)\n    conn.execute('select 1')\n    conn.close()\n"
)
OTHER = "import sqlite3\n\n\ndef leak(path):\n    conn = sqlite3.connect(path)\n    conn.execute('select 1')\n"
NO_INDEX = re.compile(
    r"No matching distribution|Could not find a version|Connection (?:refused|broken)|NewConnectionError"
)


def git(*arguments: str, cwd: Path) -> str:
    identity = ("-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "init.defaultBranch=main")
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=cwd, capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout.strip()


class Repository:
    """A repository that uses the hooks."""

    def __init__(self, path: Path, home: Path) -> None:
        self.path = path
        # Of a surrounding git hook nothing may reach the repository in the test.
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        self.environment = {**inherited, "PRE_COMMIT_HOME": str(home), "PRE_COMMIT_COLOR": "never"}

    def run(self, hook: str, *files: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "pre_commit", "run", hook, "--files", *files],
            cwd=self.path,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
        )
        if NO_INDEX.search(done.stdout + done.stderr):
            pytest.skip("pre-commit cannot install the hooks: no package index within reach")
        return done


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("needs git, and a clone of this repository to install from")
    base = tmp_path_factory.mktemp("hooks")
    clone, path = base / "leaklint", base / "project"
    git("clone", "--quiet", str(ROOT), str(clone), cwd=base)
    path.mkdir()
    git("init", "--quiet", cwd=path)
    hooks = "".join(f"      - id: {hook}\n" for hook in ("leaklint", "leaklint-fix"))
    (path / ".pre-commit-config.yaml").write_text(
        f"repos:\n  - repo: {clone}\n    rev: {git('rev-parse', 'HEAD', cwd=clone)}\n    hooks:\n{hooks}"
    )
    for name, text in (("db.py", HELPER), ("app.py", USER), ("other.py", OTHER)):
        (path / name).write_text(text)
    git("add", ".", cwd=path)
    return Repository(path, base / "home")


def test_only_the_named_files_are_reported_and_their_helpers_followed(repository: Repository) -> None:
    done = repository.run("leaklint", "app.py", "db.py")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "app.py:5:12: LK102" in done.stdout
    assert "db.py:5:12" in done.stdout
    assert "other.py" not in done.stdout


def test_the_second_run_installs_nothing(repository: Repository) -> None:
    repository.run("leaklint", "db.py")
    done = repository.run("leaklint", "db.py")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "nstalling" not in done.stdout + done.stderr


def test_the_fixing_hook_repairs_and_then_both_pass(repository: Repository) -> None:
    changed = repository.run("leaklint-fix", "app.py")
    assert changed.returncode == 1, changed.stdout + changed.stderr
    assert "files were modified by this hook" in changed.stdout
    assert "finally:" in (repository.path / "app.py").read_text()
    assert (repository.path / "other.py").read_text() == OTHER
    for hook in ("leaklint", "leaklint-fix"):
        done = repository.run(hook, "app.py")
        assert done.returncode == 0, done.stdout + done.stderr
