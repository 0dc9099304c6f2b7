"""Which version of a library a project states, from files that may hold anything."""

from __future__ import annotations

import fnmatch
import itertools
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leaklint.catalog import load_catalog
from leaklint.catalog.build import library_from_text
from leaklint.catalog.loader import for_versions
from leaklint.catalog.versions import GLOBS, project_versions, requirement

_STATING = (
    "redis==5.0.0\n",
    "[project]\ndependencies = ['redis==5.0.0']\n",
    '[packages]\nredis = "==5.0.0"\n',
    '[[package]]\nname = "redis"\nversion = "5.0.0"\n',
    '{"default": {"redis": {"version": "==5.0.0"}}}',
)


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("psycopg2==2.9.9", "2.9.9"),
        ("psycopg2 == 2.9.9 ; python_version > '3.8'", "2.9.9"),
        ("PyMySQL[rsa]===0.9.3", "0.9.3"),
        ("sqlalchemy>=1.4,<2.0", "1.9999"),
        ("sqlalchemy (<2)", "1.9999"),
        ("sqlalchemy<=1.4.5", "1.4.5"),
        ("sqlalchemy~=1.4.2", "1.4.9999"),
        ("sqlalchemy==1.4.*", "1.4.9999"),
        ("sqlalchemy ^1.4", "1.9999"),
        ("pymysql ^0.9.1", "0.9.9999"),
        ("sqlalchemy ~1.4", "1.4.9999"),
        ("sqlalchemy<1.4.3", "1.4.2.9999"),
    ],
)
def test_a_requirement_says_the_newest_version_it_allows(text: str, version: str) -> None:
    read = requirement(text)
    assert read is not None
    assert read[1] == version


@pytest.mark.parametrize(
    "text", ["psycopg2", "psycopg2>=2.9", "psycopg2!=2.8", "psycopg2<0", "", "@ https://x/y.whl", "-e ."]
)
def test_a_requirement_without_an_end_says_nothing(text: str) -> None:
    assert requirement(text) is None


def test_a_lock_file_wins_over_an_exact_requirement_and_that_over_a_range(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[project]\ndependencies = ["Py_MySQL<1", "redis<5", "asyncpg<0.30"]\n'
        '[tool.poetry.group.dev.dependencies]\naiosqlite = "0.17.0"\n'
    )
    (tmp_path / "requirements-dev.txt").write_text("redis==4.6.0 --hash=sha256:00\n-r requirements/more.txt\n")
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "more.txt").write_text(
        "# a comment\nsqlalchemy==1.4.54  # why\n-r ../requirements-dev.txt\n"
    )
    (tmp_path / "uv.lock").write_text(
        'version = 1\n\n[[package]]\nname = "asyncpg"\nversion = "0.27.0"\nsource = { registry = "x" }\n\n'
        '[[package]]\nname = "app"\nsource = { virtual = "." }\n'
    )
    assert project_versions(str(tmp_path)) == {
        "py-mysql": "0.9999",
        "redis": "4.6.0",
        "asyncpg": "0.27.0",
        "aiosqlite": "0.17.0",
        "sqlalchemy": "1.4.54",
    }


def test_pipenv(tmp_path: Path) -> None:
    (tmp_path / "Pipfile").write_text('[packages]\nredis = "*"\npymysql = {version = "==0.9.3"}\n')
    (tmp_path / "Pipfile.lock").write_text('{"default": {"redis": {"version": "==5.0.0"}, "x": 3}, "develop": []}')
    assert project_versions(str(tmp_path)) == {"pymysql": "0.9.3", "redis": "5.0.0"}


def test_files_outside_the_project_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("redis==1.0\n")
    root = tmp_path / "project"
    root.mkdir()
    (root / "requirements.txt").write_text("-r ../secret.txt\n")
    assert project_versions(str(root)) == {}


def test_the_globs_match_whatever_is_read(tmp_path: Path) -> None:
    (tmp_path / "requirements").mkdir()
    stems = ("requirements-dev", "constraints.3", "requirements/base", "Pipfile", "uv", "pdm", "poetry", "pyproject")
    read = set()
    for stem, ending in itertools.product(stems, ("", ".txt", ".in", ".toml", ".lock")):
        stating = tmp_path / f"{stem}{ending}"
        for text in _STATING:
            stating.write_text(text)
            if project_versions(str(tmp_path)):
                read.add(f"{stem}{ending}")
        stating.unlink()
    assert len(read) == 12
    assert {name for name in read if not any(fnmatch.fnmatchcase(name, glob) for glob in GLOBS)} == set()


@pytest.mark.parametrize("name", ["pyproject.toml", "requirements.txt", "poetry.lock", "Pipfile.lock", "Pipfile"])
@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe\x00",
        b"[[[[",
        b"[project]\ndependencies = 3\n[tool]\npoetry = []\n",
        b"package = 1\n",
        b"package = [1, {name = 2, version = []}, {name = 'a'}]\n",
        b'{"default": {"redis": 4}}',
        b"[" * 5000,
        b"redis==" + b"9" * 50_000,
        b"project = {dependencies = ['redis<' , 'redis<=\xc3\xa9']}",
    ],
)
def test_hostile_files_say_nothing_and_raise_nothing(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    assert isinstance(project_versions(str(tmp_path)), dict)


def test_what_is_no_file_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").mkdir()
    (tmp_path / "requirements").write_text("")
    (tmp_path / "requirements.txt").symlink_to(tmp_path / "requirements.txt")
    assert project_versions(str(tmp_path)) == {}
    assert project_versions(str(tmp_path / "nowhere")) == {}


@settings(max_examples=300)
@given(st.text(alphabet="abc<>=~!^ 0123456789.*,;[]()-+", max_size=40))
def test_no_requirement_raises(text: str) -> None:
    read = requirement(text)
    assert read is None or read[1]


def _rows(versions: dict[str, str]) -> list[str]:
    text = """
name = "made"
modules = ["made"]
distributions = ["made"]

[[resource]]
name = "result"
kind = "cursor"
acquire = ["made.Engine.execute"]
release = ["close"]
before = "2.0"

[[resource]]
name = "scope"
kind = "session"
acquire = ["made.scope"]
release = ["close"]
since = "1.5"
"""
    return [row.name for row in for_versions(library_from_text(text, "made.toml"), versions).resource]


@pytest.mark.parametrize(
    ("version", "rows"),
    [
        ("1.4.54", ["result"]),
        ("1.5", ["result", "scope"]),
        ("1.9999", ["result", "scope"]),
        ("2.0", ["scope"]),
        ("3.1", ["scope"]),
    ],
)
def test_a_row_holds_in_the_versions_that_have_its_calls(version: str, rows: list[str]) -> None:
    assert _rows({"made": version}) == rows


def test_where_no_version_is_known_the_newest_counts() -> None:
    assert _rows({}) == ["scope"]
    assert _rows({"other": "1.0"}) == ["scope"]


def test_an_engine_of_sqlalchemy_executes_until_2_0() -> None:
    call = "sqlalchemy.engine.Engine.execute"
    old, new = load_catalog(versions={"sqlalchemy": "1.4.54"}), load_catalog(versions={"sqlalchemy": "2.0.58"})
    assert old.returned_type(call) == "sqlalchemy.engine.Result"
    assert new.returned_type(call) is None
    assert load_catalog().returned_type(call) is None
    assert old.acquisition(call) is None, "a result ends by itself"
