from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from running import ROOT, Leaklint


def test_config_shows_values_and_where_they_come_from(tmp_path: Path, leaklint: Leaklint) -> None:
    (tmp_path / "base.toml").write_text('min-severity = "warning"\n')
    (tmp_path / "pyproject.toml").write_text(
        '[tool.leaklint]\nextend = "base.toml"\nignore = ["LK108"]\n'
        '[tool.leaklint.per-file-ignores]\n"tests/*" = ["LK1"]\n'
    )
    ran = leaklint("config", ".")
    assert ran.status == 0, ran
    lines = [" ".join(line.split()) for line in ran.out.splitlines()]
    assert lines[:2] == [f"# {tmp_path}/pyproject.toml", f"# extends {tmp_path}/base.toml"]
    assert 'ignore = ["LK108"] # pyproject.toml:3' in lines
    assert 'min-severity = "warning" # base.toml:1' in lines
    assert 'per-file-ignores = {"tests/*" = ["LK1"]} # pyproject.toml:4' in lines
    assert 'min-confidence = "medium" # default' in lines
    found = json.loads(leaklint("config", "--json").out)
    assert found["settings"]["ignore"] == {"value": ["LK108"], "from": f"{tmp_path}/pyproject.toml:3"}
    assert leaklint("config", "--isolated").out.startswith("# no configuration file: the defaults\n")


def test_the_schema_in_the_package_is_that_of_the_options(leaklint: Leaklint) -> None:
    shipped = (ROOT / "leaklint" / "config" / "leaklint.schema.json").read_text()
    assert leaklint("config", "--schema").out == shipped


def test_the_schema_accepts_what_the_reader_does() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((ROOT / "leaklint" / "config" / "leaklint.schema.json").read_text())
    jsonschema.Draft7Validator.check_schema(schema)
    good = {
        "select": ["LK1", "leaked-on-exception", "ALL"],
        "per-file-ignores": {"tests/*": ["LK102"]},
        "min-severity": "warning",
        "target-versions": ["py310", "3.14"],
        "resource": [{"name": "lease", "kind": "other", "acquire": ["a.b"]}],
        "capacity": {"servers": 3},
        "respect-gitignore": False,
    }
    jsonschema.validate(good, schema)
    for bad in (
        {"selct": []},
        {"select": "LK1"},
        {"min-severity": "bad"},
        {"target-versions": ["2.7"]},
        {"select": ["?"]},
    ):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(bad, schema)


def test_rules_are_listed_and_explained(leaklint: Leaklint) -> None:
    listed = leaklint("rule")
    assert "LK102  leaked-on-exception\n" in listed.out
    page = leaklint("rule", "leaked-on-exception").out
    assert page.startswith("LK102 leaked-on-exception\n")
    assert page == leaklint("rule", "lk102").out
    assert leaklint("rule", "--all").out.count("Why it matters") == len(listed.out.splitlines())
    (record,) = json.loads(leaklint("rule", "LK102", "--output-format", "json").out)
    assert (record["code"], record["name"]) == ("LK102", "leaked-on-exception")
    assert leaklint("rule", "LK102", "--output-format", "markdown").out.startswith("# ")
    assert leaklint("rule", "LK102", "--all").status == 2


def test_help_is_short_and_says_what_is_the_default(leaklint: Leaklint) -> None:
    ran = leaklint("--help")
    assert ran.status == 0
    assert "'leaklint src' means 'leaklint check src'" in ran.out
    assert leaklint("check", "--help").status == 0
    assert leaklint("--version").out == leaklint("-V").out


def test_the_shell_can_complete(leaklint: Leaklint) -> None:
    ran = leaklint(_LEAKLINT_COMPLETE="bash_source")
    assert "_LEAKLINT_COMPLETE=bash_complete" in ran.out


def test_a_misspelt_command_is_no_missing_path(tmp_path: Path, leaklint: Leaklint) -> None:
    ran = leaklint("chek", ".")
    assert ran.status == 2
    assert ran.err == "leaklint: error: no command and no path 'chek'; did you mean 'leaklint check'?\n"
    (tmp_path / "chek").mkdir()
    assert leaklint("chek").status == 0
    assert "no such file" in leaklint("nowhere").err


def test_a_command_whose_extra_is_missing_says_what_to_install(tmp_path: Path, leaklint: Leaklint) -> None:
    (tmp_path / "lsprotocol.py").write_text("raise ModuleNotFoundError(name='lsprotocol')\n")
    ran = leaklint("lsp", PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}")
    assert ran.status == 2
    assert ran.err.startswith("leaklint: error: 'leaklint lsp' needs lsprotocol, which is not installed: pip install ")
