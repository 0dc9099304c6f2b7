"""A warm run looks into those files alone whose answer may be another one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import pytest

from leaklint.ownership.analysis import Analysis
from leaklint.ownership.survey import Survey
from tests.cache.project import FILES, put, write_project
from tests.cache.runs import analysed, cold, warm


def test_nothing_is_looked_into_twice(tmp_path: Path) -> None:
    write_project(tmp_path)
    assert len(analysed(tmp_path)) == sum(name.endswith(".py") for name in FILES) - 4
    assert analysed(tmp_path) == set()


def test_a_helper_concerns_those_that_reach_it_alone(tmp_path: Path) -> None:
    write_project(tmp_path)
    warm(tmp_path)
    put(tmp_path / "app/closing.py", FILES["app/closing.py"][1])
    # Those that call what stands there are done to as before.
    assert analysed(tmp_path) == {"app/users.py", "app/nesting.py"}
    assert warm(tmp_path) == cold(tmp_path)
    put(tmp_path / "app/plain.py", "import json\n\n\ndef load(x):\n    return json.loads(x)\n")
    assert analysed(tmp_path) == set()


def test_a_plain_function_concerns_nobody_while_a_call_of_it_does_the_same(tmp_path: Path) -> None:
    write_project(tmp_path)
    wrong = "class Wrong(Exception):\n    def __init__(self):\n        self.why = 1\n"
    put(tmp_path / "app/errors.py", wrong)
    put(
        tmp_path / "app/raising.py",
        "import psycopg2\nfrom app.errors import Wrong\n\ndef go(x):\n    conn = psycopg2.connect(x)\n"
        "    if not x:\n        raise Wrong()\n    conn.close()\n",
    )
    warm(tmp_path)
    put(tmp_path / "app/errors.py", wrong + "        self.again = 2\n")
    assert analysed(tmp_path) == set()
    assert warm(tmp_path) == cold(tmp_path)
    put(tmp_path / "app/errors.py", wrong + "        mystery(self)\n")
    assert "app/raising.py" in analysed(tmp_path)
    assert warm(tmp_path) == cold(tmp_path)


def test_a_repair_that_adds_functions_is_kept(tmp_path: Path) -> None:
    keeping = "import psycopg2\n\n\nclass Users:\n    def __init__(self):\n        self.conn = psycopg2.connect('')\n"
    put(tmp_path / "users.py", keeping)
    first = warm(tmp_path, propose=True)
    assert [finding.code for finding in first.findings if finding.fix] == ["LK107"]
    assert analysed(tmp_path, propose=True) == set()
    put(tmp_path / "users.py", keeping + "\n\ndef other():\n    return 1\n")
    assert analysed(tmp_path, propose=True) == set()
    put(tmp_path / "users.py", keeping + "\n    def close(self):\n        self.conn.close()\n")
    closed = warm(tmp_path, propose=True)
    assert closed == cold(tmp_path, propose=True)
    assert not closed.findings
    put(tmp_path / "users.py", keeping + "\n    def close(self):\n        self.conn = None\n")
    assert warm(tmp_path, propose=True) == cold(tmp_path, propose=True)


_OF_A_PROPERTY = {
    "base.py": """
from table import Table


class Database:
    def load_table(self, name: str) -> Table:
        with self.lock:
            if name not in self._tables:
                self._tables[name] = Table(self)
            return self._tables[name]

    def get_table(self, name: str) -> Table:
        if not self.ensure_schema:
            return self.load_table(name)

    def __getitem__(self, name: str) -> Table:
        return self.get_table(name)
""",
    "table.py": """
from sqlalchemy.schema import Table as SQLATable

if TYPE_CHECKING:
    from base import Database


class Table:
    def __init__(self, database: "Database"):
        self.db = database
        self._table: SQLATable | None = None

    @property
    def exists(self) -> bool:
        return self.name in self.db

    def find(self, streamed):
        if not self.exists:
            return Rows(None)
        if streamed:
            conn = self.db.engine.connect()
        return Rows(conn.execute("select 1"), conn)

    def __iter__(self):
        return self.find(True)
""",
}


def test_what_counts_only_where_a_repair_is_tried_is_kept(tmp_path: Path) -> None:
    """With the text of the repair `db` leads to a resource from the start, so that `exists` is a suspect."""
    for name, text in _OF_A_PROPERTY.items():
        put(tmp_path / name, text)
    assert warm(tmp_path, propose=True).findings
    assert analysed(tmp_path, propose=True) == set()
    put(tmp_path / "table.py", _OF_A_PROPERTY["table.py"].replace("return self.name in self.db", "return True"))
    assert warm(tmp_path, propose=True) == cold(tmp_path, propose=True)


@pytest.mark.parametrize("folder", ["fixtures", "benchmarks/accuracy/cases"])
def test_all_that_is_found_is_kept(tmp_path: Path, folder: str) -> None:
    root = tmp_path / "root"
    shutil.copytree(Path(__file__).parent.parent.parent / folder, root)
    first = warm(root, propose=True)
    assert analysed(root, propose=True) == set()
    assert warm(root, propose=True) == first


def test_what_was_looked_at_again_is_kept_although_no_answer_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    again: list[Sequence[str]] = []
    whole = Analysis.recall

    def recall(self: Analysis, survey: Survey, facts: Any, stale: Collection[str], functions: Any) -> None:
        again.append(sorted(functions))
        whole(self, survey, facts, stale, functions)

    monkeypatch.setattr(Analysis, "recall", recall)
    ending = "def end(conn):\n    shown = 1\n    return conn\n"
    put(tmp_path / "ending.py", ending)
    put(
        tmp_path / "showing.py",
        "import psycopg2\nfrom ending import end\n\n\ndef show(server):\n    return end(server.connect())\n",
    )
    put(tmp_path / "using.py", "from showing import show\n\n\ndef use(server):\n    show(server)\n")
    warm(tmp_path)
    put(tmp_path / "ending.py", ending.replace("shown = 1", "shown = len('x')"))
    assert analysed(tmp_path) == set()
    assert len(again) == 1
    assert warm(tmp_path) == cold(tmp_path)
    assert len(again) == 1


def test_a_file_of_the_same_name_elsewhere_may_change(tmp_path: Path) -> None:
    leaking = "import psycopg2\n\n\ndef go(x):\n    psycopg2.connect(x).cursor()\n"
    counting = "def first():\n    return 1\n"
    put(tmp_path / "a/__init__.py", counting)
    put(tmp_path / "b/__init__.py", leaking)
    assert warm(tmp_path).findings
    put(tmp_path / "a/__init__.py", "def first():\n    x = 2\n    return x\n")
    assert analysed(tmp_path) == set()
    put(tmp_path / "b/__init__.py", leaking.replace("def go", "def other():\n    return 1\n\n\ndef go"))
    assert warm(tmp_path) == cold(tmp_path)


def test_what_a_body_does_not_say_concerns_nobody(tmp_path: Path) -> None:
    ending = 'def drop(conn):\n    """End."""\n    text = """\n# said\n"""\n    conn.close()\n    return text\n'
    using = "import psycopg2\nfrom ending import drop\n\n\ndef read():\n    conn = psycopg2.connect('')\n    {}\n"
    put(tmp_path / "ending.py", ending)
    put(tmp_path / "a.py", using.format("drop(conn)"))
    put(tmp_path / "b.py", using.format("print(conn, 1)"))
    assert warm(tmp_path).findings
    told = ending.replace("    conn.close()", '\n    # That\'s all of "it".\n    conn.close()')
    for text in (told, told.replace("End", "The\n\n    end"), told.replace("# That's", "    # That is")):
        put(tmp_path / "ending.py", text)
        assert analysed(tmp_path) == set()
        assert warm(tmp_path) == cold(tmp_path)
    put(tmp_path / "ending.py", told.replace("# said", "# not said"))
    assert analysed(tmp_path) == {"a.py"}
    put(tmp_path / "ending.py", told.replace("    conn.close()", "    # conn.close()"))
    assert warm(tmp_path) == cold(tmp_path)
    commented = using.replace("    conn = ", "    # It is read.\n    conn = ").format("print(conn, 1)")
    put(tmp_path / "b.py", commented)
    assert warm(tmp_path) == cold(tmp_path)


def test_a_body_that_only_reads_a_field_concerns_nobody_who_asks_what_is_in_it(tmp_path: Path) -> None:
    holding = (
        "class Users:\n    def __init__(self):\n        self.pool = Pool()\n\n"
        "    def count(self):\n        return self.pool.size\n\n\n"
        "class Pool:\n    def get(self, conn):\n        return conn.cursor()\n"
    )
    put(tmp_path / "users.py", holding)
    put(
        tmp_path / "using.py",
        "import psycopg2\nfrom users import Users\n\n\ndef go(users: Users):\n    conn = psycopg2.connect('')\n"
        "    users.pool.get(conn)\n",
    )
    first = warm(tmp_path)
    assert first.findings
    put(tmp_path / "users.py", holding.replace("return self.pool.size", "x = len('x')\n        return self.pool.size"))
    assert analysed(tmp_path) == set()
    assert warm(tmp_path) == cold(tmp_path) == first
    put(tmp_path / "users.py", holding.replace("return self.pool.size", "self.pool = mystery()"))
    assert analysed(tmp_path) == {"using.py"}
    assert warm(tmp_path) == cold(tmp_path)


def test_a_file_that_was_looked_for_in_vain_counts_once_it_is_there(tmp_path: Path) -> None:
    write_project(tmp_path)
    warm(tmp_path)
    put(tmp_path / "json.py", FILES["json.py"][1])
    assert analysed(tmp_path) == {"json.py", "app/plain.py"}
    assert warm(tmp_path) == cold(tmp_path)


def test_other_times_for_the_same_content_change_nothing(tmp_path: Path) -> None:
    write_project(tmp_path)
    warm(tmp_path)
    for name in FILES:
        if (tmp_path / name).exists():
            os.utime(tmp_path / name, (1_000_000_000, 1_000_000_000))
    assert analysed(tmp_path) == set()


def test_a_file_that_says_nothing_about_resources_concerns_nobody(tmp_path: Path) -> None:
    write_project(tmp_path)
    put(tmp_path / "app/names.py", "NAMES = ['a']\ndef first():\n    return NAMES[0]\n")
    put(tmp_path / "app/users.py", "from app.names import first\n" + FILES["app/users.py"][0])
    put(tmp_path / "app/firsts.py", "from app.names import first\nfrom app import db\ndef go():\n    first().get()\n")
    warm(tmp_path)
    put(tmp_path / "app/names.py", "NAMES = ['b', 'c']\n\n\ndef first():\n    return NAMES[1]\n")
    assert analysed(tmp_path) == set()
    assert warm(tmp_path) == cold(tmp_path)
    put(tmp_path / "app/names.py", "import psycopg2\ndef first():\n    return psycopg2.connect('')\n")
    assert analysed(tmp_path) >= {"app/names.py", "app/users.py", "app/firsts.py"}
    assert warm(tmp_path) == cold(tmp_path)
    put(tmp_path / "app/names.py", "import psycopg2\ndef first():\n    return psycopg2.connect('')\ndef last(): pass\n")
    assert analysed(tmp_path) == set()
    put(
        tmp_path / "app/names.py",
        "import psycopg2\n\n\ndef first():\n    return psycopg2.connect('')\ndef last(): pass\n",
    )
    assert analysed(tmp_path) == {"app/firsts.py"}
    put(tmp_path / "app/other.py", "import psycopg2\nfrom app import names\n")
    warm(tmp_path)
    put(tmp_path / "app/other.py", "import psycopg2\nfrom app import names\ndef own(x):\n    x.commit()\n")
    assert analysed(tmp_path) == set()
    assert warm(tmp_path) == cold(tmp_path)


def test_a_library_that_is_imported_and_not_used_says_nothing(tmp_path: Path) -> None:
    write_project(tmp_path)
    known = "return psycopg2.connect(x).cursor()"
    other = "try: import sqlite3\n    finally: sqlite3.connect(x).cursor()"
    for idle in ("import psycopg2\n", "import psycopg2\nfrom app.plain import load\n"):
        idle += "def go(x):\n    return x\n"
        put(tmp_path / "app/idle.py", idle)
        warm(tmp_path)
        put(tmp_path / "app/idle.py", idle.replace("return x", "return [x, psycopg2]"))
        assert analysed(tmp_path) == set()
        assert warm(tmp_path) == cold(tmp_path)
        for said in (known, other):
            put(tmp_path / "app/idle.py", idle.replace("return x", said))
            assert "app/idle.py" in analysed(tmp_path)
            assert "app/idle.py" in {finding.path for finding in warm(tmp_path).findings}
            assert warm(tmp_path) == cold(tmp_path)


def test_what_nobody_looks_into_concerns_nobody(tmp_path: Path) -> None:
    write_project(tmp_path)
    before = warm(tmp_path)
    assert "app/mixing.py" in {finding.path for finding in before.findings}
    put(tmp_path / "app/mixed.py", FILES["app/mixed.py"][1].replace("return 1", "pass\n        return 2"))
    assert analysed(tmp_path) == {"app/mixing.py"}  # label is handed what is taken there
    assert warm(tmp_path) == cold(tmp_path)
    put(tmp_path / "app/mixed.py", FILES["app/mixed.py"][1].replace("return 1", "x = {}\n        return 2"))
    assert analysed(tmp_path) == set()
    put(tmp_path / "app/mixing.py", "from app.mixed import Mixed\ndef go():\n    return Mixed()\n")
    warm(tmp_path)
    put(tmp_path / "app/mixed.py", FILES["app/mixed.py"][1].replace("return 1", "y = []\n        return 2"))
    assert analysed(tmp_path) == set()
    assert warm(tmp_path) == cold(tmp_path)
    put(tmp_path / "app/mixed.py", FILES["app/mixed.py"][1].replace("return 1", "return taken()"))
    assert "app/mixed.py" in analysed(tmp_path)
    assert warm(tmp_path) == cold(tmp_path)


def test_the_body_of_a_function_concerns_those_alone_who_look_into_it(tmp_path: Path) -> None:
    ending = "def put(conn):\n    conn.close()\n\n\ndef drop(conn):\n    print(conn)\n    conn.close()\n"
    using = "import psycopg2\nfrom ending import {0}\n\n\ndef read():\n    conn = psycopg2.connect('')\n    {0}(conn)\n"
    put(tmp_path / "ending.py", ending)
    put(tmp_path / "a.py", using.format("put"))
    put(tmp_path / "b.py", using.format("drop"))
    warm(tmp_path)
    put(tmp_path / "ending.py", ending.replace("print(conn)", "shown = 1"))
    assert analysed(tmp_path) == {"b.py"}
    assert warm(tmp_path) == cold(tmp_path)
    put(tmp_path / "ending.py", ending.replace("print(conn)", "assert conn"))
    assert analysed(tmp_path) == {"b.py"}
    put(tmp_path / "ending.py", ending.replace("print(conn)\n    conn.close()", "shown = 1\n    conn.close"))
    assert "b.py" in analysed(tmp_path)
    assert "a.py" not in analysed(tmp_path)
    found = warm(tmp_path)
    assert {finding.path for finding in found.findings} == {"b.py"}
    assert found == cold(tmp_path)
    put(tmp_path / "ending.py", ending)
    assert warm(tmp_path) == cold(tmp_path)


def test_what_stands_in_a_function_concerns_those_alone_who_look_into_that(tmp_path: Path) -> None:
    ending = (
        "def put(conn):\n    conn.close()\n\n\ndef drop(conn):\n    def quietly(value: int):\n        shown = [value]\n"
        "        return shown  # noqa: E501\n\n    hidden = 1\n    conn.close()\n    return quietly(hidden)\n"
    )
    using = "import psycopg2\nfrom ending import {0}\n\n\ndef read():\n    conn = psycopg2.connect('')\n    {0}(conn)\n"
    put(tmp_path / "ending.py", ending)
    put(tmp_path / "a.py", using.format("put"))
    put(tmp_path / "b.py", using.format("drop"))
    assert warm(tmp_path) == cold(tmp_path)
    for old, new in (("[value]", "[1, value]"), ("hidden = 1", "hidden = 1\n    further = [1]")):
        put(tmp_path / "ending.py", ending.replace(old, new))
        assert analysed(tmp_path) == {"b.py"}
        assert warm(tmp_path) == cold(tmp_path)
    for old, new in (
        ("value: int", "value: int, more=1"),
        ("conn.close()\n    return", "return"),
        ("hidden = 1", "hidden = 1\n    class Further:\n        pass\n"),
        ("# noqa: E501", "# noqa: LK101"),
    ):
        put(tmp_path / "ending.py", ending.replace(old, new))
        assert warm(tmp_path) == cold(tmp_path)


def test_lambdas_that_have_moved_concern_nobody(tmp_path: Path) -> None:
    giving = (
        "import psycopg2\n\n\ndef plain(x):\n    return x\n\n\nfirst = lambda: None\n"
        "connect = lambda dsn: psycopg2.connect(dsn)\n"
    )
    put(tmp_path / "giving.py", giving)
    put(tmp_path / "a.py", "from giving import connect\n\n\ndef read(dsn):\n    connect(dsn).close()\n")
    assert warm(tmp_path) == cold(tmp_path)
    put(tmp_path / "giving.py", giving.replace("    return x", "    y = [x]\n    return y"))
    assert analysed(tmp_path) == set()
    assert warm(tmp_path) == cold(tmp_path)
    put(tmp_path / "giving.py", giving.replace("first = lambda: None\n", ""))
    assert warm(tmp_path) == cold(tmp_path)
    put(tmp_path / "giving.py", giving.replace("first = lambda: None", "connect = lambda dsn: None, lambda: None"))
    assert warm(tmp_path) == cold(tmp_path)


def test_a_function_that_nobody_asked_for_concerns_nobody(tmp_path: Path) -> None:
    write_project(tmp_path)
    warm(tmp_path)
    before = FILES["app/mixed.py"][0]
    put(tmp_path / "app/mixed.py", before + "\n\n# More.\ndef further(x):\n    return [x]\n")
    assert analysed(tmp_path) == set()
    put(tmp_path / "app/mixed.py", before + "\n\ndef further(x):\n    return psycopg2.connect(x).cursor()\n")
    assert "app/mixed.py" in analysed(tmp_path)
    assert warm(tmp_path) == cold(tmp_path)
    put(tmp_path / "app/mixed.py", before + "\n\ndef taken():\n    return [1]\n")
    assert "app/mixing.py" in analysed(tmp_path)
    assert warm(tmp_path) == cold(tmp_path)


def test_who_gives_a_field_back_is_asked_of_those_that_name_it(tmp_path: Path) -> None:
    owner = (
        "import psycopg2\n\n\nclass Store:\n    def __init__(self):\n        self.conn = psycopg2.connect('')\n\n"
        "    def taken(self):\n        return self.conn\n\n    def end(self):\n        self.taken().close()\n"
    )
    put(tmp_path / "owner.py", owner)
    using = (
        "from owner import Store\n\n\ndef go(x):\n    store = Store()\n"
        "    try:\n        x()\n    finally:\n        store.end()\n"
    )
    put(tmp_path / "user.py", using)
    assert warm(tmp_path).findings == () == cold(tmp_path).findings
    put(tmp_path / "owner.py", owner + "\n\ndef further(x):\n    return [x]\n")
    assert analysed(tmp_path) == set()
    put(tmp_path / "owner.py", owner.replace("self.taken().close()", "self.taken().cursor()"))
    assert "user.py" in analysed(tmp_path)
    assert warm(tmp_path) == cold(tmp_path)


def test_lines_that_findings_name_still_stand_where_they_did_after_edits_below(tmp_path: Path) -> None:
    leaking = "import psycopg2\n\n\ndef read():\n    conn = psycopg2.connect('')\n    conn.execute('x')\n"
    put(tmp_path / "a.py", leaking)
    put(tmp_path / "b.py", "import a\n\n\ndef go():\n    a.read()\n")
    assert warm(tmp_path, propose=True).findings[0].fix is not None

    def is_asked(text: str) -> bool:
        put(tmp_path / "a.py", text)
        looked = analysed(tmp_path, propose=True)
        assert warm(tmp_path, propose=True) == cold(tmp_path, propose=True)
        return "a.py" in looked

    assert not is_asked(leaking + "\n\n# More.\n")
    assert not is_asked(leaking + "\n\ndef further(x):\n    return [x]\n")
    assert is_asked(leaking + "\n\ndef further(close):\n    return [close]\n")  # the repair brings that name in
    assert is_asked("import psycopg2\n# More.\n\n\n" + leaking.partition("\n\n\n")[2])


def test_what_moved_is_told_where_it_is(tmp_path: Path) -> None:
    first = "import psycopg2\n\n\ndef label(x):\n    return str(x)\n\n\n"
    leaking = "def read():\n    conn = psycopg2.connect('')\n    conn.execute('x')\n"
    put(tmp_path / "a.py", first + leaking)
    put(tmp_path / "b.py", "import a\n\n\ndef go():\n    a.read()\n")
    warm(tmp_path)
    put(tmp_path / "a.py", first.replace("return str(x)", "y = x\n    return y") + leaking)
    assert analysed(tmp_path) == {"a.py"}
    assert warm(tmp_path) == cold(tmp_path)


def test_what_moved_back_is_told_where_it_is(tmp_path: Path) -> None:
    giving = "import psycopg2\n\n\ndef plain():\n    pass\n\n\ndef give():\n    return psycopg2.connect('')\n"
    using = "from giving import give\n\n\ndef read():\n    give().cursor()\n"
    moved = giving.replace("pass", "pass\n")
    for name, text in (
        ("giving.py", giving),
        ("a.py", using),
        ("giving.py", moved),
        ("giving.py", giving),
        ("giving.py", moved),
        ("a.py", f"{using}    print(1)\n"),
        ("giving.py", giving),
    ):
        put(tmp_path / name, text)
        assert warm(tmp_path) == cold(tmp_path)


def test_naming_a_file_does_not_drive_out_what_is_kept_of_all(tmp_path: Path) -> None:
    write_project(tmp_path)
    warm(tmp_path)
    assert analysed(tmp_path, "app/users.py") == {"app/users.py"}
    assert analysed(tmp_path, "app/users.py") == set()
    assert analysed(tmp_path) == set()
