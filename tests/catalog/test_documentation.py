"""The examples of docs/catalog.md do what the page says, and its tables name every key."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from leaklint.catalog.schema import Library, Resource

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "catalog.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(r"### (?P<title>.+?)\n.*?```toml\n(?P<toml>.*?)```\n\n```python\n(?P<python>.*?)```", re.DOTALL)
EXAMPLES = [match.groups() for match in EXAMPLE.finditer(PAGE)]
MARK = re.compile(r"# expect: (\w+)$")


def reported(directory: Path) -> dict[int, str]:
    """Line -> code of the findings in a directory."""
    done = subprocess.run(
        [sys.executable, "-m", "leaklint", "--no-cache", "--output-format", "json", "."],
        cwd=directory,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode in (0, 1), done.stderr
    return {finding["line"]: finding["code"] for finding in json.loads(done.stdout)}


def test_the_page_has_the_examples() -> None:
    assert [title for title, _, _ in EXAMPLES] == ["Files", "A pool of your own", "Browser pages", "Locks"]


@pytest.mark.parametrize(
    ("toml", "python"),
    [pytest.param(toml, python, id=title) for title, toml, python in EXAMPLES],
)
def test_an_example_is_reported_as_it_says(tmp_path: Path, toml: str, python: str) -> None:
    (tmp_path / "pyproject.toml").write_text(toml, encoding="utf-8")
    (tmp_path / "example.py").write_text(python, encoding="utf-8")
    marks = {
        number: match.group(1)
        for number, line in enumerate(python.splitlines(), start=1)
        if (match := MARK.search(line))
    }
    assert marks
    assert reported(tmp_path) == {line: code for line, code in marks.items() if code != "ok"}


@pytest.mark.parametrize("struct", [Resource, Library])
def test_the_page_names_every_key(struct: type[msgspec.Struct]) -> None:
    for field in msgspec.structs.fields(struct):
        assert f"`{field.encode_name}`" in PAGE or f"`[[{field.encode_name}]]`" in PAGE, field.encode_name
