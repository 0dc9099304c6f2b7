"""The tools whose speed is compared, each with the one rule of its own that comes nearest.

leaklint looks at whole programs; the others look at one file at a time, for files that are opened and not closed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
CACHE, PATH = "{cache}", "{path}"


@dataclass(frozen=True)
class Tool:
    """command: the executable; arguments: what follows it, `{path}` for the code and `{cache}` for an empty folder that
    is the same in every round. slow: lines that are enough to tell its speed by; 0 for all of them. warm: it has run
    before in that folder."""

    name: str
    command: str
    rule: str
    arguments: tuple[str, ...]
    slow: int = 0
    warm: bool = False


def _leaklint(name: str, *more: str, warm: bool = False) -> Tool:
    fixed = ("check", "--exit-zero", "--isolated", "--output-format=concise", "--quiet")
    return Tool(name, "leaklint", "all rules", (*fixed, *more, PATH), warm=warm)


TOOLS = (
    _leaklint("leaklint cold, 1 process", "--no-cache", "--jobs=1"),
    _leaklint("leaklint cold, 2 processes", "--no-cache", "--jobs=2"),
    _leaklint("leaklint warm", f"--cache-dir={CACHE}", warm=True),
    Tool("ruff", "ruff", "SIM115",
         ("check", "--isolated", "--exit-zero", "--quiet", "--no-cache", "--select=SIM115", PATH)),
    Tool("pylint", "pylint", "R1732",
         ("--disable=all", "--enable=R1732", "--recursive=y", "--exit-zero", "--score=n", PATH), slow=10_000),
    Tool("fixit", "fixit", "one rule",
         ("--quiet", "--rules=fixit.rules.no_static_if_condition", "lint", PATH), slow=10_000),
    Tool("semgrep", "semgrep", "open without with",
         ("scan", "--quiet", "--metrics=off", "--disable-version-check", "--no-git-ignore",
          f"--config={HERE / 'open.yaml'}", PATH), slow=100_000),
    Tool("leakguard-ast", "leakguard", "scan", ("scan", "--quiet", "--fail-on=none", PATH), slow=100_000),
)  # fmt: skip


def locate(tool: Tool, folders: tuple[Path, ...]) -> list[str] | None:
    """How the tool is started: from beside this Python, from one of `folders`, from PATH; None if it is not there."""
    if tool.command == "leaklint":
        return [sys.executable, "-m", "leaklint"]
    searched = os.pathsep.join([str(Path(sys.executable).parent), *map(str, folders), os.environ.get("PATH", "")])
    found = shutil.which(tool.command, path=searched)
    return [found] if found else None


def version(start: list[str]) -> str:
    """The tool's version, as far as it tells."""
    try:
        done = subprocess.run([*start, "--version"], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    match = re.search(r"\d+\.\d+[\w.]*", done.stdout + done.stderr)
    return match.group() if match else ""
