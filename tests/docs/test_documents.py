"""The documentation: made pages are those of the program, examples do what the text says, and the site builds."""

from __future__ import annotations

import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
import tomli

from leaklint.api import check_source
from leaklint.config.read import read_config
from leaklint.rules import all_rules

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
WRITTEN = sorted(DOCS.glob("*.md"))
MARK = re.compile(r"# (LK\d{3})$")


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=120)


def test_made_pages_are_in_step_with_the_program() -> None:
    done = run("docs/generate.py", "--check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_recording_shows_what_a_run_shows() -> None:
    done = run("docs/recording.py", "--check")
    assert done.returncode == 0, done.stdout + done.stderr
    svg = ElementTree.parse(DOCS / "recording.svg").getroot()
    assert "LK102 error" in "".join(svg.itertext())


def test_marked_lines_of_the_page_on_the_error_are_reported() -> None:
    examples = blocks(DOCS / "too-many-connections.md", "python")
    assert len(examples) == 4
    for code in examples:
        marks = {
            number: match.group(1)
            for number, line in enumerate(code.splitlines(), start=1)
            if (match := MARK.search(line))
        }
        assert {finding.line: finding.code for finding in check_source(code)} == marks


def test_examples_of_the_api_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "clean.py").write_text("x = 1\n")
    monkeypatch.chdir(tmp_path)
    for code in blocks(DOCS / "api.md", "python"):
        names: dict[str, object] = {}
        exec(compile(code, "api.md", "exec"), names)
        for name, value in names.items():
            if name.startswith("test_") and callable(value):
                value()


def test_examples_of_configuration_are_valid(tmp_path: Path) -> None:
    for number, text in enumerate(blocks(DOCS / "configuration.md", "toml")):
        directory = tmp_path / str(number)
        directory.mkdir()
        file = directory / "pyproject.toml"
        file.write_text(text)
        assert read_config(str(file)) is not None
    assert tomli.loads(blocks(DOCS / "editors.md", "toml")[0])


def test_pages_name_only_rules_that_exist() -> None:
    codes = {rule.code for rule in all_rules()}
    for page in WRITTEN:
        named = set(re.findall(r"\bLK\d{3}\b", page.read_text(encoding="utf-8")))
        assert named <= codes, page.name


def test_the_site_builds_without_a_network(tmp_path: Path) -> None:
    pytest.importorskip("mkdocs", reason="mkdocs, of the extra [docs], is not installed")
    pytest.importorskip("material", reason="mkdocs-material, of the extra [docs], is not installed")
    done = run("-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path / "site"))
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "site" / "too-many-connections" / "index.html").read_text(encoding="utf-8")
    loaded = re.findall(r"<(?:script|link|img)[^>]*(?:src|href)=\"(https?://[^\"]+)", page)
    assert loaded == []
