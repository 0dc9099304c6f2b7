"""Every format against its golden output; the contracts that all of them share."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import msgspec
import pytest

from leaklint.model import Finding, LeaklintError
from leaklint.report import FORMATS, Baseline, Report, render, statistics
from tests.report import sample

ROOT = Path(__file__).parents[2]
PROMISED_KEYS = [
    *("code", "name", "severity", "confidence", "message", "path", "line", "column", "end_line", "end_column"),
    *("function", "library", "resource", "witness", "help", "fix"),
]


@pytest.mark.parametrize("name", sorted(sample.outputs()))
def test_output_is_the_golden_one(name: str) -> None:
    golden = (sample.GOLDEN / name).read_bytes().decode()
    assert sample.outputs()[name] == golden


def test_golden_outputs_are_all_checked() -> None:
    assert {file.name for file in sample.GOLDEN.iterdir()} == set(sample.outputs())


def test_formats_of_the_command_line() -> None:
    assert FORMATS[0] == "text"
    promised = "text concise json jsonl sarif github gitlab junit html grouped rdjson azure pylint"
    assert set(FORMATS) == set(promised.split())


def test_unknown_format_is_a_users_error() -> None:
    with pytest.raises(LeaklintError, match=r"unknown output format 'tekst'.*text, azure"):
        render("tekst", sample.EMPTY)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("report", [sample.REPORT, sample.EMPTY, Report()], ids=["full", "empty", "blank"])
def test_output_encodes_and_ends_with_a_line_end(format: str, report: Report) -> None:
    text = render(format, report)
    text.encode("utf-8")
    assert text == "" or text.endswith("\n")


def test_only_the_format_asked_for_is_imported() -> None:
    code = (
        "import sys; from leaklint.report import Report, render; render('concise', Report());"
        "print(sorted(m for m in sys.modules if m.startswith('leaklint.report.formats.')));"
        "print('json' in sys.modules, 'leaklint.rules' in sys.modules, 'libcst' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.splitlines() == ["['leaklint.report.formats.concise']", "False False False"]


def test_output_does_not_depend_on_the_hash_seed() -> None:
    code = (
        "from leaklint.report import FORMATS, render; from tests.report.sample import REPORT; import hashlib;"
        "print(hashlib.sha256(''.join(render(f, REPORT) for f in FORMATS).encode()).hexdigest())"
    )
    here = hashlib.sha256("".join(render(f, sample.REPORT) for f in FORMATS).encode()).hexdigest()
    for seed in ("0", "1"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, env=environment, check=True
        )
        assert done.stdout.strip() == here


def test_json_has_exactly_the_promised_keys() -> None:
    records = msgspec.json.decode(render("json", sample.REPORT))
    assert len(records) == len(sample.REPORT.findings)
    for record in records:
        assert list(record) == PROMISED_KEYS
        for step in record["witness"]:
            assert list(step) == ["path", "line", "column", "message"]
        if record["fix"] is not None:
            assert list(record["fix"]) == ["applicability", "message", "edits"]
            assert record["fix"]["applicability"] in ("safe", "unsafe", "display")
            for edit in record["fix"]["edits"]:
                assert list(edit) == ["path", "line", "column", "end_line", "end_column", "text"]


def test_jsonl_lines_are_the_objects_of_json() -> None:
    lines = render("jsonl", sample.REPORT).splitlines()
    assert [msgspec.json.decode(line) for line in lines] == msgspec.json.decode(render("json", sample.REPORT))


def test_json_gives_findings_back() -> None:
    findings = msgspec.json.decode(render("json", sample.REPORT), type=tuple[Finding, ...])
    without_reason = [msgspec.structs.replace(f, fix_withheld="") for f in sample.REPORT.findings]
    assert list(findings) == without_reason


def test_concise_matches_the_usual_errorformat() -> None:
    errorformat = re.compile(r"(?P<path>.+?):(?P<line>\d+):(?P<column>\d+): (?P<code>LK\d+) (?P<message>.+)")
    for line, finding in zip(render("concise", sample.REPORT).splitlines(), sample.REPORT.findings):
        match = errorformat.fullmatch(line)
        assert match is not None
        assert (int(match["line"]), int(match["column"])) == (finding.line, finding.column)
        assert (match["code"], match["message"]) == (finding.code, finding.message)


def test_text_underlines_what_the_finding_names() -> None:
    lines = render("text", sample.REPORT, show_witness=False).splitlines()
    carets = [index for index, line in enumerate(lines) if "^" in line]
    marked = []
    for index in carets:
        start, end = lines[index].index("^"), lines[index].rindex("^") + 1
        marked.append(lines[index - 1][start:end])
    assert marked == [
        "pool.getconn()",
        "take()",
        # Three wide characters: the carets are three columns longer than the text has characters.
        "sqlite3.connect('数据库').ex",
        "psycopg2.connect(dsn)",
    ]


@pytest.mark.parametrize("width", [20, 40, 60, 100, 200])
def test_text_keeps_source_within_the_width(width: int) -> None:
    report = msgspec.structs.replace(sample.WIDE)
    text = render("text", Report(findings=(report,), sources=sample.lines_of), width=width)
    source = [line for line in text.splitlines() if re.match(r" *\d* \| .", line)]
    assert source
    assert all(len(line) <= max(width, 24) for line in source)


def test_text_holds_no_colour_unless_asked() -> None:
    assert "\x1b" not in render("text", sample.REPORT)
    coloured = render("text", sample.REPORT, color=True)
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == render("text", sample.REPORT)


def test_junit_counts_agree_with_its_cases() -> None:
    root = ElementTree.fromstring(render("junit", sample.REPORT).encode())
    assert int(root.attrib["failures"]) == len(root.findall(".//failure")) == len(sample.REPORT.findings)
    assert int(root.attrib["tests"]) == len(root.findall(".//testcase"))
    assert int(root.attrib["errors"]) == len(root.findall(".//error")) == 1
    for suite in root:
        assert int(suite.attrib["tests"]) == len(suite.findall("testcase"))


def test_gitlab_fingerprints_differ_and_survive_moved_lines() -> None:
    twice = Report(findings=(sample.EXCEPTION, sample.EXCEPTION), sources=sample.lines_of)
    names = [issue["fingerprint"] for issue in msgspec.json.decode(render("gitlab", twice))]
    assert len(set(names)) == 2

    def moved(path: str) -> list[str] | None:
        return ["", "", *(sample.lines_of(path) or [])]

    finding = msgspec.structs.replace(sample.EXCEPTION, line=7, end_line=7)
    after = msgspec.json.decode(render("gitlab", Report(findings=(finding,), sources=moved)))
    assert after[0]["fingerprint"] == names[0]


def test_a_reports_own_fingerprints_are_used() -> None:
    report = Report(findings=(sample.EXCEPTION,), fingerprints=("abc",))
    assert msgspec.json.decode(render("gitlab", report))[0]["fingerprint"] == "abc"


def test_rdjson_suggestion_is_the_repaired_text() -> None:
    diagnostic = msgspec.json.decode(render("rdjson", Report(findings=(sample.EXCEPTION,), sources=sample.lines_of)))
    (suggestion,) = diagnostic["diagnostics"][0]["suggestions"]
    start, end = suggestion["range"]["start"], suggestion["range"]["end"]
    assert (start, end) == ({"line": 6, "column": 1}, {"line": 11, "column": 23})
    body = sample.SOURCES["app/load.py"].splitlines()[5:10]
    assert suggestion["text"] == "\n".join(["    try:", *body, "    finally:", "        pool.putconn(conn)"])


def test_rdjson_columns_count_bytes() -> None:
    diagnostics = msgspec.json.decode(render("rdjson", Report(findings=(sample.DISCARDED,), sources=sample.lines_of)))
    located = diagnostics["diagnostics"][0]["location"]["range"]
    # Three characters of three bytes each stand before the end.
    assert (located["start"]["column"], located["end"]["column"]) == (9, 31 + 6)


def test_statistics_counts_by_rule() -> None:
    text = statistics(Report(findings=(sample.EXCEPTION, sample.EXCEPTION, sample.LOOP), files_checked=3))
    assert text.splitlines()[:2] == ["2  LK102  leaked-on-exception  (2 with --fix)", "1  LK104  overwritten"]
    assert "Found 2 errors and 1 warning in 1 file" in text


def test_summary_tells_what_the_baseline_says() -> None:
    text = render("text", Report(files_checked=1, baseline=Baseline(new=0, unchanged=7, gone=1)))
    assert "No leaks found (1 file checked" in text
    assert "Baseline: 0 new, 7 unchanged, 1 gone; --prune-baseline forgets those." in text
