"""The tables that set ruff's options beside leaklint's name all of both, and nothing else."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from leaklint.cli.check_command import command
from leaklint.config import KEYS
from leaklint.report import FORMATS

PAGE = (Path(__file__).parents[2] / "docs" / "from-ruff.md").read_text(encoding="utf-8")
RUFF = shutil.which("ruff") or shutil.which("ruff", path=str(Path(sys.executable).parent))
OPTION = re.compile(r"--[a-z][a-z-]+")


def section(title: str) -> str:
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def rows(title: str) -> list[list[str]]:
    """The cells of a section's table, without its head."""
    lines = [line for line in section(title).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def test_every_option_of_leaklint_is_named() -> None:
    own = {name for one in command.params for name in one.opts if name.startswith("--")}
    said = set(OPTION.findall(section("Options")))
    assert own <= said
    claimed = {name for row in rows("Options") for name in OPTION.findall(row[1])}
    assert claimed <= own | {"--help"}


def test_every_format_of_leaklint_is_named() -> None:
    assert sorted(row[1].strip("`") for row in rows("Formats")) == sorted(FORMATS)


def test_keys_that_the_tables_name_exist() -> None:
    named = {key for row in rows("Options") for key in re.findall(r"`--config ([a-z-]+)=", row[1])}
    assert named
    assert named <= set(KEYS)
    same = {
        key.removeprefix("lint.") for row in rows("Keys of the configuration")[:2] for key in row[0].split("`")[1::2]
    }
    assert same <= set(KEYS)


def test_what_is_left_out_has_a_reason() -> None:
    left = [row for title in ("Options", "Commands", "Keys of the configuration") for row in rows(title)]
    assert all(len(row) == 3 and row[2] for row in left if row[1] == "left out")


@pytest.mark.skipif(RUFF is None, reason="ruff is not installed")
def test_every_option_and_format_of_ruff_is_named() -> None:
    assert RUFF is not None
    version = subprocess.run([RUFF, "--version"], capture_output=True, text=True).stdout
    if f"ruff {PAGE.partition('`ruff check` ')[2].partition(' ')[0]}." not in version:
        pytest.skip(f"the tables are about another version than {version.strip()}")
    text = subprocess.run([RUFF, "check", "--help"], capture_output=True, text=True).stdout
    listed = set(re.findall(r"^ +(?:-\w, )?(--[a-z][a-z-]+)", text, re.MULTILINE))
    assert listed == {row[0].strip("`") for row in rows("Options")}
    formats = re.search(r"--output-format.*?\[possible values: (.*?)\]", text, re.DOTALL)
    assert formats is not None
    assert set(formats.group(1).replace("\n", " ").replace(" ", "").split(",")) == {
        row[0].strip("`") for row in rows("Formats") if row[0]
    }
