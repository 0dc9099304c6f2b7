"""SARIF against the standard's own schema, and what the schema cannot say."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from leaklint.report import Report, render
from tests.report import sample

SCHEMA = Path(__file__).parent / "data" / "sarif-schema-2.1.0.json"


@functools.cache
def validator() -> Any:
    schema = json.loads(SCHEMA.read_text("utf-8"))
    return jsonschema.validators.validator_for(schema)(schema)


def run_of(report: Report) -> dict[str, Any]:
    log = json.loads(render("sarif", report))
    validator().validate(log)
    (run,) = log["runs"]
    return dict(run)


@pytest.mark.parametrize("report", [sample.REPORT, sample.EMPTY, Report()], ids=["full", "empty", "blank"])
def test_log_is_valid(report: Report) -> None:
    run_of(report)


def test_the_schema_can_refuse() -> None:
    log = json.loads(render("sarif", sample.REPORT))
    log["runs"][0]["results"][0]["level"] = "fatal"
    with pytest.raises(jsonschema.ValidationError, match="fatal"):
        validator().validate(log)


def test_columns_are_counted_in_characters() -> None:
    assert run_of(sample.REPORT)["columnKind"] == "unicodeCodePoints"


def test_rules_carry_their_documentation() -> None:
    run = run_of(sample.REPORT)
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["LK101", "LK102", "LK104", "LK105", "LK108"]
    for rule in rules:
        assert rule["fullDescription"]["text"].startswith(rule["shortDescription"]["text"])
        assert rule["help"]["markdown"].startswith(f"# {rule['name']} ({rule['id']})")
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]


def test_a_code_without_a_rule_is_still_described() -> None:
    finding = msgspec.structs.replace(sample.EXCEPTION, code="XY999", name="own-rule")
    (rule,) = run_of(Report(findings=(finding,)))["tool"]["driver"]["rules"]
    assert rule == {"id": "XY999", "name": "own-rule"}


def test_the_path_is_a_code_flow() -> None:
    result = next(r for r in run_of(sample.REPORT)["results"] if r["ruleId"] == "LK104")
    steps = result["codeFlows"][0]["threadFlows"][0]["locations"]
    places = [
        (s["location"]["physicalLocation"]["artifactLocation"]["uri"], s["location"]["message"]["text"]) for s in steps
    ]
    assert places[:2] == [("app/take.py", "a connection is taken"), ("app/load.py", "and handed to this caller")]
    assert len(places) == len(sample.LOOP.witness)


def test_the_fix_is_a_change_of_its_file() -> None:
    result = next(r for r in run_of(sample.REPORT)["results"] if r["ruleId"] == "LK102")
    (fix,) = result["fixes"]
    (change,) = fix["artifactChanges"]
    assert change["artifactLocation"]["uri"] == "app/load.py"
    assert change["replacements"][0] == {
        "deletedRegion": {"startLine": 6, "startColumn": 1, "endLine": 6, "endColumn": 1},
        "insertedContent": {"text": "    try:\n"},
    }


def test_suppressions_stand_on_all_results_or_none() -> None:
    results = run_of(sample.REPORT)["results"]
    assert [r["suppressions"] for r in results[:-2]] == [[]] * len(sample.REPORT.findings)
    assert [r["suppressions"] for r in results[-2:]] == [
        [{"kind": "inSource", "status": "accepted", "justification": "warm-up script"}],
        [{"kind": "external", "status": "accepted"}],
    ]
    without = run_of(Report(findings=sample.REPORT.findings))["results"]
    assert all("suppressions" not in result for result in without)


def test_baseline_states_stand_on_all_results_or_none() -> None:
    results = run_of(sample.REPORT)["results"]
    assert [r["baselineState"] for r in results[:5]] == ["new", "unchanged", "new", "unchanged", "new"]
    assert all("baselineState" in result for result in results)
    without = run_of(Report(findings=sample.REPORT.findings))["results"]
    assert all("baselineState" not in result for result in without)


@pytest.mark.parametrize(
    ("path", "uri", "base"),
    [
        ("a b/ü%.py", "a%20b/%C3%BC%25.py", True),
        ("./x.py", "x.py", True),
        ("not:a-scheme.py", "not%3Aa-scheme.py", True),
        ("q?#.py", "q%3F%23.py", True),
        ("caf\udce9.py", "caf%E9.py", True),
        ("odd\ud800.py", "odd%ED%A0%80.py", True),
        ("/srv/app/x y.py", "file:///srv/app/x%20y.py", False),
        ("C:/app/x.py", "file:///C:/app/x.py", False),
    ],
)
def test_paths_are_percent_encoded(path: str, uri: str, base: bool) -> None:
    finding = msgspec.structs.replace(sample.EXCEPTION, path=path, witness=(), fix=None)
    (result,) = run_of(Report(findings=(finding,)))["results"]
    artifact = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact == ({"uri": uri, "uriBaseId": "SRCROOT"} if base else {"uri": uri})


def test_a_message_makes_no_link() -> None:
    finding = msgspec.structs.replace(
        sample.EXCEPTION, message="see [here](https://example.org) or rows[0] (1)", help=""
    )
    (result,) = run_of(Report(findings=(finding,)))["results"]
    assert result["message"]["text"] == "see \\[here](https://example.org) or rows[0] (1)"


def test_problems_are_notifications() -> None:
    (invocation,) = run_of(sample.REPORT)["invocations"]
    assert invocation["toolExecutionNotifications"][0]["message"]["text"] == sample.REPORT.problems[0]
