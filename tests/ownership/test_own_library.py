"""A library that lies in the project it is used in: its users go by what it promises."""

from __future__ import annotations

from pathlib import Path

import pytest

from leaklint import api

DRIVER = "class MongoClient:\n    def __init__(self, host): self.host = host\n    def close(self): pass\n"
USER = (
    "import pymongo\n\ndef count(host):\n    client = pymongo.MongoClient(host)\n    return client.shop.items.count()\n"
)


def codes(root: Path, *files: str) -> list[tuple[str, int]]:
    found = api.check_paths([root / name for name in files])
    return [(one.code, one.line) for one in found]


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pymongo").mkdir()
    (tmp_path / "pymongo/__init__.py").write_text("from pymongo.client import *\n")
    (tmp_path / "pymongo/client.py").write_text(DRIVER)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", ["jobs.py", "examples/count.py", "pymongo/examples/count.py"])
def test_users_of_the_library_are_held_to_its_contract(library: Path, name: str) -> None:
    (library / name).parent.mkdir(exist_ok=True)
    (library / name).write_text(USER)
    assert codes(library, name) == [("LK101", 4)]
    (library / name).write_text(
        USER.replace("import pymongo", "from pymongo import MongoClient").replace("pymongo.", "")
    )
    assert codes(library, name) == [("LK101", 4)]


def test_the_library_itself_is_read_as_it_is_written(library: Path) -> None:
    (library / "pymongo/counting.py").write_text(USER)
    assert codes(library, "pymongo/counting.py") == []


def test_a_package_that_only_bears_a_library_s_name_is_the_project_s(library: Path) -> None:
    (library / "pymongo/__init__.py").write_text("def find(): return []\n")
    (library / "jobs.py").write_text("import pymongo\n\ndef count(host):\n    return pymongo.MongoClient(host)\n")
    assert codes(library, "jobs.py") == []
