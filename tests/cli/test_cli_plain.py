"""Plain command lines ask for the same whoever reads them."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import click
import pytest

from leaklint.cli.app import app
from leaklint.cli.check_command import command, requested
from leaklint.cli.request import Request, plain
from tests.cli.running import LEAK, ROOT

WORDS = (
    *("-q", "--quiet", "--exit-zero", "--isolated", "--no-cache", "--output-format", "--output-format=json", "json"),
    *("--jobs", "--jobs=2", "-j", "-j2", "-j=2", "--jobs=", "--jobs=-1", "2", "x", "--cache-dir", "--cache-dir=c", "c"),
    *(
        "--",
        "-",
        "",
        "--fix",
        "--verbose",
        "--qui",
        "--help",
        "src",
        "a.py",
        "check",
        "rule",
        "chekc",
        "--color",
        "never",
    ),
)


def by_click(words: list[str]) -> Request | None:
    """What click makes of the command line; None where it is wrong, asks for help or names another command."""
    try:
        with app.make_context("leaklint", list(words)) as whole:
            name, _, rest = app.resolve_command(whole, [*whole._protected_args, *whole.args])
            if name != "check":
                return None
            with command.make_context("check", rest, parent=whole) as context:
                given = dict(context.params)
                return requested(given.pop("paths"), given)
    except (click.ClickException, click.exceptions.Exit):
        return None


@pytest.mark.parametrize("seed", range(40))
def test_click_reads_the_same(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "src").mkdir()
    (tmp_path / "rule").mkdir()
    chance = random.Random(seed)
    for _ in range(50):
        words = chance.choices(WORDS, k=chance.randrange(5))
        found = plain(words, {})
        assert found is None or found == by_click(words), words


def test_what_is_plain_is_understood() -> None:
    assert plain([], {}) == Request()
    assert plain(["check", "-q", "check"], {}) == Request(paths=("check",), quiet=True)
    found = plain(["a.py", "--output-format", "json", "b.py", "-j", "1"], {})
    assert found is not None
    assert (found.paths, found.overrides.output_format, found.jobs) == (("a.py", "b.py"), "json", 1)
    assert plain(["rule"], {}) is None
    assert plain(["a.py"], {"LEAKLINT_NO_CACHE": "1"}) is None


def test_a_plain_run_loads_no_click(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(LEAK)
    code = (
        "import sys, leaklint.cli as cli; cli.main(['--output-format', 'concise']); assert 'click' not in sys.modules"
    )
    kept = {name: value for name, value in os.environ.items() if "LEAKLINT" not in name}
    environment = {**kept, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "LK1" in done.stdout
