from __future__ import annotations

from pathlib import Path

import pytest

from leaklint.api import LeaklintError, LeaksFound, Options, assert_no_leaks, check_paths, check_source, fix_source

LEAK = """\
import sqlite3


def first(path):
    conn = sqlite3.connect(path)
    row = conn.execute("select 1").fetchone()
    conn.close()
    return row
"""


def places(findings: object) -> list[tuple[str, int, str]]:
    assert isinstance(findings, list)
    return [(one.path, one.line, one.code) for one in findings]


def test_a_text() -> None:
    (finding,) = check_source(LEAK)
    assert (finding.path, finding.line, finding.column, finding.code) == ("<string>", 5, 12, "LK102")
    assert finding.witness[0].path == "<string>"
    assert check_source(LEAK.encode(), "app/x.py")[0].path == "app/x.py"
    assert check_source(LEAK, options=Options(ignore=["LK102"])) == []
    assert places(check_source("x = (")) == [("<string>", 1, "LK902")]


def test_files(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(LEAK)
    assert places(check_paths(tmp_path)) == [(f"{tmp_path}/a.py", 5, "LK102")]
    (tmp_path / "leaklint.toml").write_text('ignore = ["LK1"]\n')
    assert len(check_paths(tmp_path)) == 1
    assert check_paths([tmp_path / "a.py"], discover_config=True) == []
    assert check_paths(str(tmp_path), config=str(tmp_path / "leaklint.toml")) == []


def test_errors_are_raised(tmp_path: Path) -> None:
    with pytest.raises(LeaklintError, match="absent: no such file or directory"):
        check_paths(tmp_path / "absent")
    with pytest.raises(LeaklintError, match="no rule 'LK999'"):
        check_source("", options=Options(select=["LK999"]))


def test_the_helper_for_tests(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1  # leaklint: ignore\n")
    assert_no_leaks(tmp_path)
    (tmp_path / "b.py").write_text(LEAK)
    with pytest.raises(LeaksFound, match=r"(?s)1 leak found:\n.*b\.py:5:12: LK102 ") as caught:
        assert_no_leaks(tmp_path)
    assert [one.code for one in caught.value.findings] == ["LK102"]
    assert isinstance(caught.value, AssertionError)


def test_a_repaired_text() -> None:
    fixed = fix_source(LEAK, "app/x.py")
    assert fixed.findings == ()
    assert "    try:\n        row = conn.execute" in fixed.text
    assert "    finally:\n        conn.close()\n" in fixed.text
    assert fix_source(fixed.text).text == fixed.text
    kept = fix_source(LEAK, options=Options(unfixable=["LK102"]))
    assert (kept.text, len(kept.findings)) == (LEAK, 1)
    assert fix_source("x = (").text == "x = ("


def test_findings_carry_the_repair_that_is_proven_for_them() -> None:
    (finding,) = check_source(LEAK)
    assert finding.fix is not None
    assert {edit.path for edit in finding.fix.edits} == {"<string>"}
    from leaklint.fixes import apply

    assert apply(LEAK, [finding.fix]) == fix_source(LEAK).text
