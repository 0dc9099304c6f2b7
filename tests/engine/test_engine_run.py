"""The run around the analysis. A small analysis stands in for the real one, so that every fault can be had."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from leaklint.config import Options, SettingsFinder
from leaklint.engine import Result, check, check_texts
from leaklint.engine.project import Project, Unit
from leaklint.engine.run import plan
from leaklint.model import Confidence, Finding, Severity
from leaklint.source.discover import below


def marks(project: Project, unit: Unit) -> Sequence[tuple[Finding, None]]:
    """A finding for each line that says `leak`; dies, raises or recurses where the text says so."""
    found = []
    for number, line in enumerate(unit.source.text.split("\n"), 1):
        if "die" in line:
            os._exit(9)
        if "raise" in line:
            raise ZeroDivisionError("on\npurpose")
        if "recurse" in line:
            marks_forever()
        if "leak(" in line:
            severity = Severity.NOTE if "mild" in line else Severity.ERROR
            confidence = Confidence.LOW if "unsure" in line else Confidence.HIGH
            code, name = ("LK101", "never-released") if "never" in line else ("LK102", "leaked-on-exception")
            found.append((Finding(code, name, severity, confidence, "m", unit.shown, number, 1, number, 5), None))
    return found


def marks_forever() -> None:
    marks_forever()


Write = Callable[..., None]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(**files: str) -> None:
        for name, text in files.items():
            path = tmp_path / (name.replace("__", "/") + ".py")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("import sqlite3; sqlite3.connect\n" + text)

    return write


def run(root: Path, *paths: str, jobs: int = 1, **options: object) -> Result:
    finder = SettingsFinder(cwd=str(root), overrides=Options(**options) if options else None)  # type: ignore[arg-type]
    return check(paths or ["."], finder, jobs=jobs, analyze=marks)


def places(result: Result) -> list[tuple[str, int, str]]:
    return [(finding.path, finding.line, finding.code) for finding in result.findings]


def test_findings_are_filtered_and_sorted(tmp_path: Path, write: Write) -> None:
    write(b="leak(never)\nleak()\nleak(mild)\nleak(unsure)", a="leak()", tests__t="leak(never)")
    assert places(run(tmp_path)) == [
        ("a.py", 2, "LK102"),
        ("b.py", 2, "LK101"),
        ("b.py", 3, "LK102"),
        ("b.py", 4, "LK102"),
        ("tests/t.py", 2, "LK101"),
    ]
    assert places(run(tmp_path, "b.py", min_severity="warning", ignore=["never-released"])) == [("b.py", 3, "LK102")]
    assert len(run(tmp_path, "b.py", min_confidence="low").findings) == 4
    assert places(run(tmp_path, select=["LK101"], per_file_ignores={"tests/": ["LK1"]})) == [("b.py", 2, "LK101")]
    assert places(run(tmp_path, select=["LK101"], per_file_ignores={"!tests": ["ALL"]})) == [("tests/t.py", 2, "LK101")]


def test_comments_silence_and_idle_ones_are_told(tmp_path: Path, write: Write) -> None:
    write(
        a="""\
leak()  # leaklint: ignore[LK102] by design
leak(never)  # leaklint: ignore[LK101, LK102]
ok()  # leaklint: ignore
ok()  # a remark  # leaklint: ignore  # another
# leaklint: ignore[LK102]
ok()
"""
    )
    result = run(tmp_path)
    assert [(one.finding.line, one.reason) for one in result.suppressed] == [(2, "by design"), (3, "")]
    assert [(finding.line, finding.message, finding.code) for finding in result.findings] == [
        (3, "this comment suppresses nothing for LK102", "LK901"),
        (4, "this comment suppresses nothing", "LK901"),
        (5, "this comment suppresses nothing", "LK901"),
        (6, "this comment suppresses nothing (LK102)", "LK901"),
    ]
    lines = (tmp_path / "a.py").read_text().split("\n")
    mended = []
    for finding in result.findings:
        assert finding.fix is not None
        (edit,) = finding.fix.edits
        last = lines[edit.end_line - 1][edit.end_column - 1 :]
        mended.append(lines[edit.line - 1][: edit.column - 1] + edit.text + last)
    assert mended == [
        "leak(never)  # leaklint: ignore[LK101]",
        "ok()",
        "ok()  # a remark  # another",
        "ok()",
    ]
    assert places(run(tmp_path, ignore=["LK901"])) == []


def test_comments_in_files_that_cannot_leak_are_idle_too(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1  # leaklint: ignore[LK102]\n")
    assert places(run(tmp_path)) == [("a.py", 1, "LK901")]


@pytest.mark.parametrize("jobs", [1, 2])
def test_faults_are_one_line_each_and_the_others_go_on(tmp_path: Path, write: Write, jobs: int) -> None:
    write(**{f"f{number:02}": "leak()" for number in range(60)})
    write(f10="raise", f20="recurse", f30="leak()  # \0", f40="leak()")
    (tmp_path / "f40.py").write_bytes(b"x = '\xff' # sqlite3 connect")
    if jobs > 1:
        write(f50="die", f51="die")
    result = run(tmp_path, jobs=jobs)
    expected = [
        "f10.py: internal error: ZeroDivisionError: on purpose (test_engine_run.py:26); "
        "please report it, the other files were checked",
        "f20.py: internal error: RecursionError: nested too deeply; please report it, the other files were checked",
    ]
    if jobs > 1:
        expected += [
            f"f5{number}.py: internal error: the process that checked it died; please report it, "
            "the other files were checked"
            for number in (0, 1)
        ]
    assert [problem.text for problem in result.problems] == expected
    assert result.failed
    lost = 4 if jobs == 1 else 6
    assert sum(finding.code == "LK102" for finding in result.findings) == 60 - lost
    assert [(f.path, f.line, f.column, f.message) for f in result.findings if f.code == "LK902"] == [
        ("f30.py", 2, 11, "not checked: null byte; this is no Python source"),
        ("f40.py", 1, 6, "not checked: byte 0xff is not utf-8; declare the file's encoding"),
    ]


def test_the_result_does_not_depend_on_jobs_or_order(tmp_path: Path, write: Write) -> None:
    write(**{f"d{number % 7}__f{number}": "leak()\n" * (number % 5) for number in range(80)})
    alone = run(tmp_path, jobs=1)
    assert len(alone.findings) == 160
    assert run(tmp_path, *(f"d{number}" for number in reversed(range(7))), jobs=3) == alone


def test_syntax_errors_are_told_where_they_matter_or_were_asked_for(tmp_path: Path) -> None:
    from leaklint.engine.analyze import analyze_file

    (tmp_path / "matters.py").write_text("import sqlite3\nsqlite3.connect(\n")
    (tmp_path / "plain.py").write_text("x = (\n")
    finder = SettingsFinder(cwd=str(tmp_path))
    assert [f.path for f in check(["."], finder, analyze=analyze_file).findings] == ["matters.py"]
    found = check(["plain.py"], finder, analyze=analyze_file).findings
    assert [(f.path, f.line, f.column, f.code) for f in found] == [("plain.py", 1, 5, "LK902")]


def test_each_file_has_the_settings_of_its_directory(tmp_path: Path, write: Write) -> None:
    write(a="leak(never)", sub__b="leak(never)\nleak()", sub__deep__c="leak(never)")
    (tmp_path / "leaklint.toml").write_text('select = ["LK101"]\n')
    (tmp_path / "sub" / "leaklint.toml").write_text('select = ["LK102"]\n')
    assert places(run(tmp_path)) == [("a.py", 2, "LK101"), ("sub/b.py", 3, "LK102")]


def test_wrong_rules_and_resources_in_a_configuration_say_where(tmp_path: Path, write: Write) -> None:
    write(a="leak()", sub__b="leak()", other__c="leak()")
    (tmp_path / "sub" / "leaklint.toml").write_text(
        'ignore = [\n  "LK102",\n  "LK999"]\n[per-file-ignores]\n"x" = ["LK9x"]\n'
    )
    (tmp_path / "other" / "leaklint.toml").write_text(
        '[[resource]]\nname = "lease"\nkind = "oter"\nacquire = ["a.b"]\n'
    )
    result = run(tmp_path)
    assert places(result) == [("a.py", 2, "LK102")]
    texts = [problem.text for problem in result.problems]
    assert texts[0].startswith(f"{tmp_path}/other/leaklint.toml:3:")
    assert texts[1].startswith(f"{tmp_path}/sub/leaklint.toml:3:3: 'ignore': no rule 'LK999'; did you mean 'LK")
    assert texts[2].startswith(f"{tmp_path}/sub/leaklint.toml:5:8: 'per-file-ignores': no rule 'LK9x'")
    assert len(texts) == 3
    assert result.failed


def test_texts_that_are_on_no_disk(tmp_path: Path) -> None:
    finder = SettingsFinder(cwd=str(tmp_path))
    result = check_texts({"new/a.py": b"import sqlite3; sqlite3.connect\nleak()\n"}, finder, analyze=marks)
    assert places(result) == [("new/a.py", 2, "LK102")]


def test_a_file_that_imports_one_that_matters_matters(tmp_path: Path) -> None:
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "__init__.py").write_text("from .db import get\n")
    (tmp_path / "pkg" / "db.py").write_text("import sqlite3\ndef get(): return sqlite3.connect('x')\n")
    (tmp_path / "one.py").write_text("from pkg import get\nleak()\n")
    (tmp_path / "two.py").write_text("import pkg.db as d\nleak(d.get)\n")
    (tmp_path / "three.py").write_text("import json\nleak()\n")
    assert [path for path, _, _ in places(run(tmp_path))] == ["one.py", "two.py"]


def test_progress_reaches_the_end(tmp_path: Path, write: Write) -> None:
    write(a="", b="", c="")
    seen: list[tuple[int, int]] = []
    check(["."], SettingsFinder(cwd=str(tmp_path)), analyze=marks, advance=lambda done, of: seen.append((done, of)))
    assert seen == [(1, 3), (2, 3), (3, 3)]


CHAIN = {
    "one": "import sqlite3\n\ndef connect():\n    return sqlite3.connect('x')\n",
    "two": "from one import connect\n\ndef get():\n    return connect()\n\ndef other():\n    return 1\n",
    "passing": "from two import get, other\n",
    "three": "from passing import get\n\ndef f():\n    c = get()\n    c.execute('x')\n    c.close()\n",
    "idle": "import json\nfrom three import f\n\ndef g():\n    f()\n",
}


def test_helpers_are_followed_through_several_files(tmp_path: Path) -> None:
    for name, text in CHAIN.items():
        (tmp_path / f"{name}.py").write_text(text)
    finder = SettingsFinder(cwd=str(tmp_path))
    alone = check(["three.py"], finder)
    assert places(alone) == [("three.py", 4, "LK102")]
    assert places(check(["."], finder)) == places(alone)


def test_what_is_looked_at_stays_small(tmp_path: Path) -> None:
    for name, text in CHAIN.items():
        (tmp_path / f"{name}.py").write_text(text)
    finder = SettingsFinder(cwd=str(tmp_path))
    project = Project(finder.for_directory(str(tmp_path)), str(tmp_path))
    matters = [
        name for name in CHAIN if project.matters(str(tmp_path / f"{name}.py"), (tmp_path / f"{name}.py").read_bytes())
    ]
    assert matters == ["one", "two", "passing", "three"]


class TestAWorkingDirectoryThatIsNoProject:
    """Someone in a home directory, or in /, means what is named, and not all that is there."""

    def searched(self, root: Path, *paths: str) -> list[str]:
        (settings,) = plan(paths, SettingsFinder(cwd=str(root))).settings
        return [os.path.relpath(path, root) for path in below([str(root), str(root / "src")], settings)]

    def test_only_the_parts_that_are_checked_are_looked_into(self, tmp_path: Path, write: Write) -> None:
        write(app__db="", app__web__use="", other__x="", src__y="", z="")
        assert self.searched(tmp_path, "app/web") == ["app/db.py", "app/web/use.py"]
        assert self.searched(tmp_path, "app", "src") == ["app/db.py", "app/web/use.py", "src/y.py"]

    def test_a_file_of_its_own_may_use_all_of_it(self, tmp_path: Path, write: Write) -> None:
        write(app__db="", other__x="", z="")
        everything = ["app/db.py", "other/x.py", "z.py"]
        assert self.searched(tmp_path, "z.py") == self.searched(tmp_path, ".") == everything

    def test_none_of_it_where_the_files_lie_elsewhere(self, tmp_path: Path, write: Write) -> None:
        write(home__x="", apart__y="")
        (settings,) = plan([str(tmp_path / "apart")], SettingsFinder(cwd=str(tmp_path / "home"))).settings
        roots = [str(tmp_path / "home"), str(tmp_path / "apart")]
        assert below(roots, settings) == [str(tmp_path / "apart" / "y.py")]

    def test_a_project_is_looked_into_as_a_whole(self, tmp_path: Path, write: Write) -> None:
        write(app__db="", other__x="")
        (tmp_path / "pyproject.toml").write_text("")
        assert self.searched(tmp_path, "app") == ["app/db.py", "other/x.py"]
