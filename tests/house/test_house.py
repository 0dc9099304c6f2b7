"""What the project says of itself holds: README, `.ci/run`, hooks and tables agree with each other and the package."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def command_in_readme(marker: str) -> str:
    block = re.search(rf"<!-- {marker} -->\n```sh\n(.*?)\n```", README, re.DOTALL)
    assert block is not None
    return block.group(1)


def test_ci_runs_the_command_that_the_readme_gives() -> None:
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    extraction = re.search(r"command=\$\((sed .*)\)$", script, re.MULTILINE)
    assert extraction is not None
    shown = subprocess.run(["bash", "-c", extraction.group(1)], cwd=ROOT, capture_output=True, text=True, check=True)
    assert shown.stdout.rstrip("\n") == command_in_readme("tests")
    assert "pytest" in command_in_readme("tests")


def test_the_commands_of_the_readme_are_single_lines() -> None:
    for marker in ("demo", "tests"):
        assert "\n" not in command_in_readme(marker)


def test_hooks_report_and_repair(tmp_path: Path) -> None:
    leaky = "import sqlite3\n\n\ndef f(path):\n    conn = sqlite3.connect(path)\n    conn.execute('select 1')\n"
    hooks = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    entries = dict(re.findall(r"- id: (\S+)\n(?:  .*\n)*?  entry: leaklint (.*)\n", hooks))
    assert set(entries) == {"leaklint", "leaklint-fix"}
    target = tmp_path / "app.py"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for hook, arguments in entries.items():
        target.write_text(leaky, encoding="utf-8")
        command = [sys.executable, "-m", "leaklint", *shlex.split(arguments), target.name]
        ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=environment)
        repaired = target.read_text(encoding="utf-8") != leaky
        assert (ran.returncode, repaired) == ((0, True) if hook == "leaklint-fix" else (1, False)), ran.stderr


def test_the_readme_lists_every_rule() -> None:
    from leaklint.rules import all_rules

    listed = re.findall(r"^\| (LK\d{3}) \| (\S+) \|", README, re.MULTILINE)
    assert listed == sorted((rule.code, rule.name) for rule in all_rules())
