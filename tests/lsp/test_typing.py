"""What the server finds after an edit is what it would find if it had never seen the text before."""

from __future__ import annotations

import gc
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from leaklint.engine.project import Project
from leaklint.lsp.checker import Checker
from leaklint.ownership.analysis import Analysis
from leaklint.resolve.program import Program
from tests.lsp.typing import edited

FIXTURES = Path(__file__).parents[2] / "fixtures"
EDITS = 12


def found(checker: Checker, path: Path, texts: dict[str, str]) -> bytes:
    outcome = checker.check(str(path), texts, lambda: False).outcome
    return msgspec.json.encode((outcome.findings, outcome.suppressed))


def differences(files: Sequence[Path], chance: random.Random, edits: int) -> list[str]:
    """Edit some files of one project; the files whose findings are not those of a first look, with the texts then."""
    checker, folder = Checker((str(files[0].parent),)), str(files[0].parent)
    texts = {str(path): path.read_text(encoding="utf-8") for path in files}
    good = dict(texts)
    different = []
    for number in range(edits):
        path = chance.choice(files)
        # From what is Python most edits make something that is; errors do not pile up.
        start = texts[str(path)] if chance.random() < 0.7 else good[str(path)]
        texts[str(path)] = edited(start, chance)
        if parses(texts[str(path)]):
            good[str(path)] = texts[str(path)]
        else:
            found(checker, path, texts)
            texts[str(path)] = good[str(path)]
        different += [
            f"{one} after edit {number} of {path}"
            for one in {path, chance.choice(files)}
            if found(checker, one, texts) != found(Checker((folder,)), one, texts)
        ]
    return different


def parses(text: str) -> bool:
    try:
        compile(text, "text", "exec", dont_inherit=True, flags=0x400)
    except (SyntaxError, ValueError):
        return False
    return True


def sources(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if ".fixed" not in path.name)


@pytest.mark.parametrize("seed", range(6))
def test_an_edit_leaves_what_a_first_look_finds(seed: int) -> None:
    chance = random.Random(seed)
    files = [path for path in sources(FIXTURES) if "projects" not in path.parts]
    for path in chance.sample(files, 4):
        assert differences([path], chance, EDITS) == []


@pytest.mark.parametrize("project", [path.name for path in sorted((FIXTURES / "projects").iterdir()) if path.is_dir()])
def test_an_edit_leaves_what_a_first_look_finds_in_other_files(project: str) -> None:
    chance = random.Random(project)
    files = sources(FIXTURES / "projects" / project)
    assert differences(chance.sample(files, min(4, len(files))), chance, EDITS) == []


def test_what_an_edit_in_a_file_without_resources_changes_elsewhere() -> None:
    folder = FIXTURES / "projects" / "stores"
    base, store, users = (str(folder / name) for name in ("base.py", "sqlite_store.py", "service.py"))
    texts = {path: Path(path).read_text(encoding="utf-8") for path in (base, store, users)}
    checker = Checker((str(folder),))
    found(checker, Path(store), texts)
    texts[base] = texts[base].replace("self.connection.close()", "pass")
    found(checker, Path(base), texts)
    texts[users] += "\n"
    found(checker, Path(users), texts)
    assert found(checker, Path(store), texts) == found(Checker((str(folder),)), Path(store), texts)


HOLDER = """
import sqlite3

class Holder:
    def __init__(self):
        self.connection = sqlite3.connect("app.db")

    def read(self):
        return self.connection.execute("select 1").fetchall()

def work():
    holder = Holder()
    holder.read()
"""
CLOSING = """
from holder import Holder

class Closing(Holder):
    def close(self):
        self.connection.close()
"""
KEEPER = """
import sqlite3
from flask import g

def before_request():
    g.orders_db = sqlite3.connect("app.db")
"""
TEARDOWN = """
from flask import g

def teardown(error):
    {}
"""


@pytest.mark.parametrize(
    ("text", "other", "before", "after"),
    [
        pytest.param(HOLDER, "closing", "def nothing(): pass\n", CLOSING, id="a subclass comes"),
        pytest.param(HOLDER, "closing", CLOSING, CLOSING.replace("(Holder)", ""), id="a subclass goes"),
        pytest.param(HOLDER, "closing", CLOSING, "\n", id="a file is emptied"),
        pytest.param(
            KEEPER, "app", TEARDOWN.format("pass"), TEARDOWN.format("g.orders_db.close()"), id="a release comes"
        ),
        pytest.param(
            KEEPER, "app", TEARDOWN.format("g.orders_db.close()"), TEARDOWN.format("pass"), id="a release goes"
        ),
    ],
)
def test_a_word_that_comes_or_goes_counts_in_other_files(
    tmp_path: Path, text: str, other: str, before: str, after: str
) -> None:
    """Nothing leads from the file that is looked at to the edited one, save that this mentions a word."""
    holder, changed = tmp_path / "holder.py", tmp_path / f"{other}.py"
    texts = {str(holder): text, str(changed): before}
    for path, content in texts.items():
        Path(path).write_text(content, encoding="utf-8")
    checker = Checker((str(tmp_path),))
    first = found(checker, holder, texts)
    for edited_text in (after, before, after):
        texts[str(changed)] = edited_text
        found(checker, changed, texts)
        now = found(checker, holder, texts)
        assert now == found(Checker((str(tmp_path),)), holder, texts)
        assert (now == first) == (edited_text == before)


def test_what_is_no_longer_of_use_is_let_go() -> None:
    path = FIXTURES / "projects" / "billing" / "invoices.py"
    text, chance, kept = path.read_text(encoding="utf-8"), random.Random(1), []
    checker = Checker((str(path.parent),))
    for number in range(150):
        found(checker, path, {str(path): edited(text, chance)})
        if number in (20, 149):
            gc.collect()
            kept.append(Counter(type(one) for one in gc.get_objects() if type(one) in (Analysis, Program, Project)))
    assert kept[0] == kept[1]
