"""Whatever stands in file names, source and messages: nothing acts on the terminal, and no document breaks."""

from __future__ import annotations

import json
import re
import unicodedata
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser

import jsonschema
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leaklint.model import Applicability, Confidence, Edit, Finding, Fix, Severity, WitnessStep
from leaklint.report import FORMATS, Baseline, Report, Suppressed, render, statistics
from leaklint.report.excerpt import columns, excerpt
from leaklint.report.plain import shown
from tests.report.test_sarif import validator

NASTY = (
    "\x00\x07\x08\t\n\r\x1b\x7f\x85\x9b\xad\u061c\u200b\u200e\u2028\u202e\u2066\ufeff\ufffe\udc80\udcff\ud800\U000e0041"
)
MARKUP = "<>&\"'`[](){}%:;,=#\\/-!"
hostile = st.one_of(
    st.text(st.one_of(st.sampled_from(NASTY + MARKUP + "ab1 "), st.characters(exclude_categories=())), max_size=40),
    st.sampled_from(
        [
            "\x1b]0;title\x07",
            "\x1b[31;1mred",
            "\u202etxt.exe",
            "</script><script>alert(1)</script>",
            "<!--<script>",
            '"><img src=x onerror=alert(1)>',
            "]]>",
            "##vso[task.setvariable variable=x]y",
            "\n::error file=x::y",
            "a,line=1,b:c;type=error]d\udc80",
            "`<b>`",
            "[link](https://example.org)",
        ]
    ),
)
number = st.integers(1, 60)


@st.composite
def findings(draw: st.DrawFn) -> Finding:
    path = draw(st.one_of(hostile, st.just("a.py")))
    steps = draw(
        st.lists(st.builds(WitnessStep, st.one_of(st.just(path), hostile), number, number, hostile), max_size=4)
    )
    line, column = draw(number), draw(number)
    edit = st.builds(Edit, st.just(path), number, number, number, number, hostile)
    fixes = st.builds(Fix, st.sampled_from(list(Applicability)), hostile, st.lists(edit, max_size=2).map(tuple))
    return Finding(
        code="LK102",
        name="leaked-on-exception",
        severity=draw(st.sampled_from(list(Severity))),
        confidence=draw(st.sampled_from(list(Confidence))),
        message=draw(hostile),
        path=path,
        line=line,
        column=column,
        end_line=line + draw(st.integers(0, 2)),
        end_column=column + draw(st.integers(0, 20)),
        function=draw(hostile),
        library=draw(hostile),
        resource=draw(hostile),
        witness=tuple(steps),
        help=draw(hostile),
        fix=draw(st.one_of(st.none(), fixes)),
        fix_withheld=draw(hostile),
    )


@st.composite
def reports(draw: st.DrawFn) -> Report:
    found = tuple(draw(st.lists(findings(), min_size=1, max_size=3)))
    source = draw(st.lists(hostile, max_size=8))
    silenced = draw(
        st.lists(st.builds(lambda f, reason: Suppressed(finding=f, reason=reason), findings(), hostile), max_size=1)
    )
    return Report(
        findings=found,
        problems=tuple(draw(st.lists(hostile, max_size=2))),
        files_checked=1,
        fixed={draw(hostile): 1},
        version=draw(hostile),
        baseline=draw(st.sampled_from([None, Baseline(new=1)])),
        suppressed=tuple(silenced),
        sources=lambda path: source or None,
    )


def active(text: str) -> list[str]:
    """The characters on which a terminal or an encoder may act; line ends aside."""
    return [
        character
        for character in text
        if character != "\n"
        and (
            unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") or unicodedata.bidirectional(character) in BIDI
        )
    ]


BIDI = {"LRE", "LRO", "RLE", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


@given(report=reports())
@settings(max_examples=80, deadline=None)
def test_lines_hold_nothing_that_acts(report: Report) -> None:
    for format in ("text", "grouped", "concise", "pylint", "github", "azure"):
        text = render(format, report)
        assert active(text) == [], format
        coloured = render(format, report, color=True)
        assert active(re.sub(r"\x1b\[[\d;]*m", "", coloured)) == [], format
        if format in ("concise", "pylint", "github", "azure"):
            assert len(text.splitlines()) == len(report.findings), format


@given(report=reports())
@settings(max_examples=50, deadline=None)
def test_statistics_hold_nothing_that_acts(report: Report) -> None:
    assert active(statistics(report)) == []


@given(report=reports())
@settings(max_examples=80, deadline=None)
def test_workflow_commands_are_one_command_each(report: Report) -> None:
    for line in render("github", report).splitlines():
        match = re.fullmatch(r"::(error|warning|notice) ([^:]*)::(.*)", line)
        assert match is not None
        names = [part.split("=", 1)[0] for part in match[2].split(",")]
        assert names[:4] == ["title", "file", "line", "endLine"]
    for line in render("azure", report).splitlines():
        match = re.fullmatch(r"##vso\[task\.logissue ([^\]]*)\](.*)", line)
        assert match is not None
        names = [part.split("=", 1)[0] for part in match[1].rstrip(";").split(";")]
        assert names == ["type", "sourcepath", "linenumber", "columnnumber", "code"]


@given(report=reports())
@settings(max_examples=80, deadline=None)
def test_json_is_json_to_a_strict_reader(report: Report) -> None:
    for format in ("json", "gitlab", "rdjson", "sarif", "jsonl"):
        text = render(format, report)
        assert active(text) == [], format
        assert text.isascii(), format
        for document in text.splitlines() if format == "jsonl" else [text]:
            # A lone surrogate, which json.loads would take, is an error to msgspec.
            assert msgspec.json.decode(document) == json.loads(document), format


@given(report=reports())
@settings(max_examples=40, deadline=None)
def test_sarif_stays_valid(report: Report) -> None:
    log = json.loads(render("sarif", report))
    error = jsonschema.exceptions.best_match(validator().iter_errors(log))
    assert error is None, error


@given(report=reports())
@settings(max_examples=80, deadline=None)
def test_junit_is_xml(report: Report) -> None:
    text = render("junit", report)
    assert active(text) == []
    root = ElementTree.fromstring(text.encode())
    messages = [failure.attrib["message"] for failure in root.iter("failure")]
    assert messages == [shown(finding.message) for finding in report.findings]


class Page(HTMLParser):
    """The elements and the text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: set[str] = set()
        self.texts: list[str] = []
        self.data = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes.update(name for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        if self.elements[-1:] == ["script"] and not self.data:
            self.data = data
        self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        self.elements.append("comment")


@given(report=reports())
@settings(max_examples=80, deadline=None)
def test_html_holds_no_markup_but_its_own(report: Report) -> None:
    text = render("html", report)
    assert active(text) == []
    page, harmless = Page(), Page()
    page.feed(text)
    harmless.feed(render("html", Report()))
    assert page.elements.count("script") == 2
    assert set(page.elements) <= set(harmless.elements) | {
        "article",
        "button",
        "code",
        "progress",
        "details",
        "summary",
    } | {
        "li",
        "ul",
        "section",
        "h2",
        "h3",
    }
    assert not [name for name in page.attributes if name.startswith("on") or name == "src"]
    assert not set(page.data) & set("<>&")
    data = json.loads(page.data)
    assert [f["code"] for f in data["findings"]] == [f.code for f in report.findings]
    assert active(json.dumps(data, ensure_ascii=False).replace("\\t", "")) == []


def test_a_name_that_is_not_utf8_shows_its_bytes() -> None:
    assert shown("caf\udce9 \x1b \u202e \ud800 \U000e0041 ü") == "caf\\xe9 \\x1b \\u202e \\ud800 \\U000e0041 ü"


@given(line=st.one_of(hostile, st.text(max_size=300)), column=st.integers(-2, 400), length=st.integers(-3, 300))
@settings(max_examples=300, deadline=None)
def test_excerpt_fits_and_marks_within_its_text(line: str, column: int, length: int) -> None:
    for width in (20, 47, 100):
        shot = excerpt(line, column, column + length, width)
        assert columns(shot.text) <= width
        assert active(shot.text) == []
        assert shot.length >= 1
        assert shot.offset <= columns(shot.text)


@pytest.mark.parametrize(
    ("line", "column", "end", "text", "offset", "length"),
    [
        ("\tx = f()", 6, 9, "    x = f()", 8, 3),
        ("ab\tx()", 4, 7, "ab  x()", 4, 3),
        ("数 = f()", 5, 8, "数 = f()", 5, 3),
        ("\x1b = f()", 5, 8, "\\x1b = f()", 7, 3),
        ("x" * 30 + " = f()", 34, 37, "...xx = f()", 8, 3),
        ("f()", 9, 12, "f()", 3, 1),
        ("", 1, 5, "", 0, 1),
    ],
)
def test_excerpt_counts_terminal_columns(line: str, column: int, end: int, text: str, offset: int, length: int) -> None:
    shot = excerpt(line, column, end, 20)
    assert (shot.text, shot.offset, shot.length) == (text, offset, length)


@pytest.mark.parametrize("format", FORMATS)
def test_source_that_no_encoder_takes(format: str) -> None:
    finding = Finding(
        code="LK102",
        name="leaked-on-exception",
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        message="\ud800",
        path="\udcff.py",
        line=1,
        column=5,
        end_line=1,
        end_column=9,
        witness=(WitnessStep("\ud800.py", 1, 7, "\udfff"),),
    )
    render(format, Report(findings=(finding,), sources=lambda path: [NASTY * 2])).encode("utf-8")
