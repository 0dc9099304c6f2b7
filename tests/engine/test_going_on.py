"""A project that goes on from one with another text for a file finds what a project finds that begins with it."""

from __future__ import annotations

import operator
import random
from pathlib import Path

import msgspec
import pytest

from leaklint.config import SettingsFinder
from leaklint.engine.analyze import analyze_file
from leaklint.engine.one_file import check_file
from leaklint.engine.project import Project
from leaklint.ownership.differing import difference
from leaklint.resolve.refs import Function
from leaklint.source.discover import File
from tests.lsp.test_typing import sources
from tests.lsp.typing import edited

PROJECTS = sorted(path for path in (Path(__file__).parents[2] / "fixtures" / "projects").iterdir() if path.is_dir())

RECURSIVE = """\
import sqlite3


def flat(items):
    return [item for item in items if item]


def opened(path, depth):
    if depth:
        return reopened(path, [flat(one) for one in path])
    return sqlite3.connect(path)


def reopened(path, depth):
    return opened(path, depth)


def used(path):
    connection = opened(path, 1)
    connection.execute("select 1")
    connection.close()
"""

SIZES = """

def sizes(items):
    first = items[0]
    return lambda: [first, *items]
"""


def project(folder: Path, texts: dict[str, bytes] | None = None, *, remembering: bool) -> Project:
    return Project(
        SettingsFinder(cwd=str(folder)).for_file(str(folder / "x.py")), str(folder), texts, remembering=remembering
    )


def found(around: Project, path: Path) -> bytes:
    outcome = check_file(around, File(str(path), str(path), named=True), analyze_file)
    return msgspec.json.encode((outcome.findings, outcome.suppressed))


@pytest.mark.parametrize("remembering", [False, True])
@pytest.mark.parametrize("folder", PROJECTS, ids=lambda folder: folder.name)
def test_many_texts_for_one_file(folder: Path, remembering: bool) -> None:
    chance = random.Random(folder.name)
    files = sources(folder)
    base = project(folder, remembering=remembering)
    for path in files:
        found(base, path)
    for path in chance.sample(files, min(2, len(files))):
        for _ in range(2):
            data = edited(path.read_text(encoding="utf-8"), chance).encode()
            other = base.with_overlay(str(path), data)
            fresh = project(folder, {str(path): data}, remembering=False)
            # The file in question, and then one that may use it.
            for one in (path, chance.choice(files)):
                assert found(other, one) == found(fresh, one), (path, data.decode())


def test_what_stands_in_other_lines_is_not_interpreted_again(tmp_path: Path) -> None:
    path = tmp_path / "stores.py"
    path.write_text(RECURSIVE)
    before = project(tmp_path, remembering=True)
    first = found(before, path)
    after = before.with_overlay(str(path), b"\n\n" + RECURSIVE.encode())
    assert found(after, path).count(b'"code"') == first.count(b'"code"') > 0
    results = [one.analysis(str(path)).results for one in (before, after)]
    was, now = (one[Function("stores", "used")] for one in results)
    assert now.summary is was.summary
    for name in ("opened", "reopened"):
        values = [
            [way.value for way in one[Function("stores", name)].summary.outcomes if way.handed] for one in results
        ]
        assert len(values[0]) == len(values[1]) > 0
        assert all(map(operator.is_, *values))


def test_an_edit_that_is_taken_back_is_not_interpreted_again(tmp_path: Path) -> None:
    path = tmp_path / "stores.py"
    path.write_text(RECURSIVE)
    now = project(tmp_path, remembering=True)
    first = found(now, path)
    summaries = []
    edited_text = "\n" + RECURSIVE.replace("    conn", "    typed = 1\n    conn")
    for text in (RECURSIVE, edited_text, RECURSIVE, "\n" + RECURSIVE):
        now = now.with_overlay(str(path), text.encode())
        shown = found(now, path)
        assert text != RECURSIVE or shown == first
        summaries.append(now.analysis(str(path)).results[Function("stores", "used")].summary)
    assert summaries[0] is summaries[2] is summaries[3] is not summaries[1]


@pytest.mark.parametrize(
    ("old", "new", "changed", "words"),
    [
        ("if item]", "if item] ", set(), set()),
        ("import sqlite3", "import sqlite3\n\n", set(), set()),
        ("    conn", "    # moved\n    conn", set(), {"moved"}),
        ("if item]", "if len(item)]", {"flat"}, {"len"}),
        ("lambda: [", "lambda: [1, ", {"sizes.<lambda:1>", "sizes"}, {"1"}),
        ("    first", "    first = 0\n    first", {"sizes"}, {"0"}),
        ("def flat(items)", "def flat(items, more)", None, None),
    ],
)
def test_what_an_edit_changes(
    tmp_path: Path, old: str, new: str, changed: set[str] | None, words: set[str] | None
) -> None:
    path, text = tmp_path / "stores.py", RECURSIVE + SIZES
    path.write_text(text)
    before = project(tmp_path, remembering=True)
    found(before, path)
    program = before.analysis(str(path)).program
    module = program.module("stores")
    assert module is not None
    for name in module.procedures:
        assert module.procedures[name].name == name
    for word in ("moved", "len", "connection", "0", "1", "item"):
        program.lines_with(module, word)
    edit = difference(program, program.with_text(path, text.replace(old, new, 1)), str(path))
    facts = set(program.trace.facts(edit.gone))
    assert edit.procedures == changed
    if words is not None:
        assert {fact[2] for fact in facts if fact[0] == "mention"} == words
        assert ("outline", str(path)) not in facts
    else:
        assert facts >= {("outline", str(path)), ("body", str(path), "used")}


def test_what_the_file_at_hand_does_not_reach_waits(tmp_path: Path) -> None:
    store, user = tmp_path / "store.py", tmp_path / "user.py"
    store.write_text("import sqlite3\n\n\ndef opened(path):\n    return sqlite3.connect(path)\n")
    user.write_text("from store import opened\n\n\ndef leaks():\n    opened('a').execute('b')\n")
    before = project(tmp_path, remembering=True)
    assert [b"LK" in found(before, one) for one in (store, user)] == [False, True]
    after = before.with_overlay(str(store), b"def opened(path):\n    return path\n")
    leaks = Function("user", "leaks")
    assert found(after, store) == found(before, store)
    assert leaks not in after.analysis(str(store)).results
    again = after.with_overlay(str(store), store.read_bytes())
    assert found(again, user) == found(before, user)
    assert b"LK" not in found(after.with_overlay(str(store), b"def opened(path):\n    return path\n"), user)
