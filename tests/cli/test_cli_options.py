"""Options that say what configuration files say, and those that can stand in the environment."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from running import LEAK, Leaklint


def test_a_key_of_the_configuration_goes_on_top_of_the_files(project: Path, leaklint: Leaklint) -> None:
    (project / "leaklint.toml").write_text('min-severity = "note"\nselect = ["LK1"]\n')
    assert leaklint("app").status == 1
    assert leaklint("--config", 'min-severity = "error"', "app").status == 0
    assert leaklint("--config", "min-severity=error", "app").status == 0
    assert leaklint("--config", 'per-file-ignores = {"app/*" = ["LK102"]}', "app").status == 0
    assert leaklint("--config", "select=['LK2']", "--select", "LK1", "app").status == 1


def test_keys_and_one_file_go_together(project: Path, leaklint: Leaklint) -> None:
    (project / "strict.toml").write_text('select = ["LK102"]\n')
    shown = leaklint("config", "--json", "--config", "strict.toml", "--config", "strictness=strict").out
    settings = json.loads(shown)["settings"]
    assert settings["select"]["value"] == ["LK102"]
    assert settings["strictness"]["value"] == "strict"
    assert settings["strictness"]["from"] == "command line"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (("selct=['LK1']",), "--config: unknown key 'selct'; did you mean 'select'?"),
        (("select=3",), "--config: 'select' must be an array"),
        (("min-severity=bad",), "--config: 'min-severity' is 'bad'; choose one of error, note, warning"),
        (("=",), "--config: = is neither a file nor KEY = VALUE"),
        (("none.toml",), "none.toml: no such file"),
        (("a.toml", "b.toml"), "--config names one file"),
        (("select=\x1b[31m]",), "must be an array"),
    ],
)
def test_what_is_wrong_is_one_line(project: Path, leaklint: Leaklint, values: tuple[str, ...], message: str) -> None:
    ran = leaklint(*[word for value in values for word in ("--config", value)], "app")
    assert ran.status == 2
    assert message in ran.err
    assert ran.err.count("\n") == 1
    assert "\x1b" not in ran.err


def test_the_environment_can_choose_format_and_file(project: Path, leaklint: Leaklint) -> None:
    assert json.loads(leaklint("app", LEAKLINT_OUTPUT_FORMAT="json").out)[0]["code"] == "LK102"
    assert leaklint("app", LEAKLINT_OUTPUT_FORMAT="json", LEAKLINT_OUTPUT_FILE="out.json").out == ""
    assert json.loads((project / "out.json").read_text())[0]["code"] == "LK102"
    assert "LK102" in leaklint("--output-format", "concise", "app", LEAKLINT_OUTPUT_FORMAT="json").out
    wrong = leaklint("app", LEAKLINT_OUTPUT_FORMAT="jsn")
    assert (wrong.status, "no format 'jsn'" in wrong.err) == (2, True)


def test_fix_only_repairs_and_is_silent_about_the_rest(project: Path, leaklint: Leaklint) -> None:
    lost = "\n\nfirst_of = lambda path: sqlite3.connect(path).execute('select 1').fetchone()\n"
    (project / "app" / "load.py").write_text(LEAK + lost)
    left = leaklint("--diff", "app")
    assert left.status == 1
    ran = leaklint("--fix-only", "app")
    assert (ran.status, ran.out, ran.err) == (0, "", "leaklint: 1 finding fixed\n")
    assert "finally:" in (project / "app" / "load.py").read_text()
    again = leaklint("--fix-only", "--exit-non-zero-on-fix", "app")
    assert (again.status, again.err) == (0, "leaklint: 0 findings fixed\n")
    (project / "app" / "load.py").write_text(LEAK)
    assert leaklint("--fix-only", "--exit-non-zero-on-fix", "app").status == 1
    assert leaklint("--fix-only", "-", stdin=LEAK.encode()).status == 0
