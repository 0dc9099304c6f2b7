"""What a library does in the version that the analysed project uses decides, not what its newest one does."""

from __future__ import annotations

from pathlib import Path

import pytest

from leaklint.config import SettingsFinder
from leaklint.engine import check
from leaklint.engine.project import Project

ENTERED = """import pymysql


def count(sql):
    with pymysql.connect(host="db") as cursor:
        cursor.execute(sql)
"""


def codes(root: Path) -> list[str]:
    return [finding.code for finding in check(["."], SettingsFinder(cwd=str(root)), jobs=1).findings]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "app.py").write_text(ENTERED, encoding="utf-8")
    (tmp_path / ".git").mkdir()
    return tmp_path


def test_the_newest_version_counts_where_the_project_states_none(project: Path) -> None:
    assert codes(project) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("requirements.txt", "PyMySQL==0.9.3\n"),
        ("pyproject.toml", '[project]\nname = "x"\ndependencies = ["PyMySQL<0.10"]\n'),
        ("pyproject.toml", '[tool.poetry.dependencies]\nPyMySQL = "0.9.*"\n'),
        ("poetry.lock", '[[package]]\nname = "pymysql"\nversion = "0.9.3"\n'),
        ("uv.lock", 'version = 1\n\n[[package]]\nname = "pymysql"\nversion = "0.9.3"\nsource = { registry = "x" }\n'),
        ("Pipfile.lock", '{"default": {"pymysql": {"version": "==0.9.3"}}}'),
        ("leaklint.toml", 'target-versions = ["py312", "PyMySQL==0.9.3"]\n'),
    ],
)
def test_with_closed_nothing_before_1_0(project: Path, name: str, text: str) -> None:
    (project / name).write_text(text, encoding="utf-8")
    assert codes(project) == ["LK201"]


def test_target_versions_override_what_is_locked(project: Path) -> None:
    (project / "uv.lock").write_text('[[package]]\nname = "pymysql"\nversion = "0.9.3"\n', encoding="utf-8")
    (project / "leaklint.toml").write_text('target-versions = ["pymysql == 1.1.0"]\n', encoding="utf-8")
    assert codes(project) == []


@pytest.mark.parametrize(("configured", "dropped"), [("", "late"), ('target-versions = ["3.9", "py310"]', "closed")])
def test_the_version_of_python_is_that_of_its_own_modules(project: Path, configured: str, dropped: str) -> None:
    (project / "leaklint.toml").write_text(configured, encoding="utf-8")
    settings = SettingsFinder(cwd=str(project)).for_directory(str(project))
    found = Project(settings, str(project)).catalog.acquisition("sqlite3.connect")
    assert found is not None
    assert found.resource.dropped == dropped


STREAMED = """import requests


def first(url):
    response = requests.get(url, stream=True)
    line = next(response.iter_lines())
    response.raise_for_status()
    response.close()
    return line


def whole(url):
    return requests.get(url).json()
"""


def test_libraries_that_are_off_by_default_can_be_switched_on(project: Path) -> None:
    (project / "app.py").write_text(STREAMED, encoding="utf-8")
    assert codes(project) == []
    (project / "leaklint.toml").write_text('libraries = ["requests"]\n', encoding="utf-8")
    assert codes(project) == ["LK102"]


def test_a_library_that_is_none_is_an_error_that_names_the_nearest(project: Path) -> None:
    (project / "leaklint.toml").write_text('\nlibraries = ["request"]\n', encoding="utf-8")
    (problem,) = check(["."], SettingsFinder(cwd=str(project)), jobs=1).problems
    assert problem.fatal
    assert "leaklint.toml:2: 'libraries'" in str(problem)
    assert "did you mean 'requests'?" in str(problem)


def test_only_versions_that_make_a_difference_are_part_of_what_an_analysis_is_kept_for(project: Path) -> None:
    (project / "requirements.txt").write_text("PyMySQL==0.9.3\nflask==2.0.0\n", encoding="utf-8")
    settings = SettingsFinder(cwd=str(project)).for_directory(str(project))
    assert Project(settings, str(project)).versions == {"pymysql": "0.9.3"}
