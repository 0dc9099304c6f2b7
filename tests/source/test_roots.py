from __future__ import annotations

from pathlib import Path

import pytest

from leaklint.source.prefilter import Prefilter, identifiers, imported
from leaklint.source.roots import Roots


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in [
        "src/app/__init__.py",
        "src/app/db.py",
        "src/ns/inner/__init__.py",
        "src/ns/inner/x.py",
        "setup.py",
        "src/setup.py",
        "services/one/main.py",
        "services/one/lib/__init__.py",
        "services/one/lib/db.py",
        "services/two/main.py",
        "tests/test_db.py",
    ]:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    return tmp_path


@pytest.fixture
def roots(project: Path) -> Roots:
    return Roots([str(project), str(project / "src")], str(project))


def test_imports_lead_to_files(project: Path, roots: Roots) -> None:
    one = str(project / "services/one/main.py")
    inside = str(project / "services/one/lib/db.py")

    def where(module: str, importer: str) -> str | None:
        path = roots.locate(module, importer)
        return path and str(Path(path).relative_to(project))

    assert where("app.db", one) == "src/app/db.py"
    assert where("ns.inner", one) == "src/ns/inner/__init__.py"
    assert where("ns", one) is None
    assert where("lib.db", one) == "services/one/lib/db.py"
    assert where("lib.db", inside) == "services/one/lib/db.py"
    assert where("services.one.lib.db", one) == "services/one/lib/db.py"
    assert where("lib.db", str(project / "services/two/main.py")) is None
    assert where("os", one) is None
    assert where("..etc", one) is None


def test_relative_imports(project: Path, roots: Roots) -> None:
    inner = str(project / "src/ns/inner/x.py")
    assert roots.locate_relative(".", inner) == str(project / "src/ns/inner/__init__.py")
    assert roots.locate_relative(".x", str(project / "src/ns/inner/__init__.py")) == inner
    assert roots.locate_relative("...app.db", inner) == str(project / "src/app/db.py")
    assert roots.locate_relative("." * 200 + "x", inner) is None


def test_files_outside_every_root(project: Path, roots: Roots, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    (other / "a.py").write_text("")
    (other / "b.py").write_text("")
    assert not roots.contains(str(other / "a.py"))
    assert roots.contains(str(project / "setup.py"))
    assert roots.locate("b", str(other / "a.py")) == str(other / "b.py")


def test_the_prefilter_wants_a_driver_and_an_acquiring_word() -> None:
    prefilter = Prefilter({"psycopg2": ["connect", "getconn"], "asyncpg": ["acquire"]}, ["lease"])
    assert prefilter.matters(b"import psycopg2\npsycopg2.connect()")
    assert prefilter.matters(b"from psycopg2.pool import X\nX().getconn()")
    assert not prefilter.matters(b"import psycopg2")
    assert not prefilter.matters(b"import notpsycopg2x\nconnect()")
    assert not prefilter.matters(b"connect()")
    assert not prefilter.matters(b"import asyncpg\nconnect()")
    assert prefilter.matters(b"lease()")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b"import databases", ["databases"]),
        (b"import os, databases as d", ["databases"]),
        (b"from databases.core import Database", ["databases"]),
        (b"try: import databases\nexcept ImportError: pass", ["databases"]),
        (b"d = importlib.import_module('databases')", ["databases"]),
        (b"for databases in servers: databases.connect()", []),
        (b"from app.databases import connect", []),
        (b"from .databases import connect", []),
        (b"# reads from databases\nx = {'databases': 1}", []),
    ],
)
def test_a_library_is_one_that_is_imported(text: bytes, found: list[str]) -> None:
    prefilter = Prefilter({"databases": ["connect"]})
    words = identifiers(text)
    assert prefilter.libraries(text, words) == found


def test_imports_are_found_by_their_shape() -> None:
    data = b"""
import os, app.db as db
from . import (one,  # (comment)
    two as three,
)
from ..pkg.mod import *
x = 1; from a import b; import c
    from .d \\
        import e
"""
    assert imported(data) == [
        ("os", ()),
        ("app.db", ()),
        (".", ("one", "two")),
        ("..pkg.mod", ("*",)),
        ("a", ("b",)),
        ("c", ()),
        (".d", ("e",)),
    ]
