from __future__ import annotations

import textwrap

import pytest

from leaklint.config import RuleName
from leaklint.model import Confidence, Finding, Severity
from leaklint.source.suppressions import Suppressions, suppressions

RULES = [
    RuleName("LK101", "never-released"),
    RuleName("LK102", "leaked-on-exception"),
    RuleName("LK201", "with-does-not-close"),
]


def of(text: str) -> Suppressions:
    text = textwrap.dedent(text)
    return suppressions(text, text.encode())


def finding(line: int, code: str = "LK102", end_line: int = 0) -> Finding:
    name = next(rule.name for rule in RULES if rule.code == code)
    return Finding(
        code=code,
        name=name,
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        message="",
        path="a.py",
        line=line,
        column=1,
        end_line=end_line or line,
        end_column=9,
    )


def causes(found: Suppressions, **options: bool) -> list[str]:
    return [f"{mistake.directive.line}: {mistake.cause}" for mistake in found.mistakes(RULES, **options)]


@pytest.mark.parametrize(
    "comment",
    [
        "# leaklint: ignore",
        "#leaklint:ignore",
        "# leaklint: ignore[LK102]",
        "# leaklint: ignore[LK1] because",
        "# leaklint: ignore[leaked-on-exception]",
        "# leaklint: ignore[LK101, LK102]",
        "# type: ignore  # leaklint: ignore[LK102]",
        "# noqa",
        "# NOQA: E501, LK102",
        "# noqa:LK1",
        "# why not # noqa: LK102 said somebody",
    ],
)
def test_comments_that_silence(comment: str) -> None:
    assert of(f"x = connect()  {comment}\n").match(finding(1)) is not None


@pytest.mark.parametrize(
    "comment",
    [
        "# leaklint: ignore[LK201]",
        "# leaklint: ignore[]",
        "# leaklint: ignore[LK102",
        "# leaklint: ignoring",
        "# leaklint ignore",
        "# noqa: E501",
        "# noqa: LK2",
        "# noqa-me",
        "'# leaklint: ignore'",
    ],
)
def test_comments_that_do_not(comment: str) -> None:
    assert of(f"x = connect(){'  ' if comment[0] == '#' else ', '}{comment}\n").match(finding(1)) is None


def test_a_line_of_its_own_speaks_for_the_line_below() -> None:
    found = of(
        """\
        # leaklint: ignore[LK102] the caller closes it
        # another remark
        x = connect()
        y = connect()
        """
    )
    assert found.match(finding(3)) is not None
    assert found.match(finding(4)) is None


def test_statements_of_several_lines() -> None:
    text = """\
        x = make(  {first}
            connect(
                1,  {middle}
            ),
        )  {last}
        with connect(1,
                     2):  # leaklint: ignore
            y = connect()
        """
    for place in ("first", "last"):
        marks = {"first": "", "middle": "", "last": ""} | {place: "# leaklint: ignore"}
        assert of(text.format(**marks)).match(finding(2, end_line=4)) is not None, place
    found = of(text.format(first="", middle="# leaklint: ignore", last=""))
    assert found.match(finding(2, end_line=4)) is None
    assert found.match(finding(6, end_line=7)) is not None
    assert found.match(finding(8)) is None


def test_whole_files_and_ranges() -> None:
    found = of(
        """\
        a = 1
        # leaklint: off[LK1]
        b = 2
        # leaklint: on
        c = 3
        d = 4  # leaklint: ignore-file[LK201] generated
        # leaklint: off
        e = 5
        """
    )
    matched = [(line, code) for line in range(1, 9) for code in ("LK102", "LK201") if found.match(finding(line, code))]
    assert [line for line, code in matched if code == "LK102"] == [2, 3, 4, 7, 8]
    assert [line for line, code in matched if code == "LK201"] == list(range(1, 9))
    assert causes(found) == []


def test_what_suppresses_nothing_is_told() -> None:
    found = of(
        """\
        a = 1  # leaklint: ignore
        b = 2  # leaklint: ignore[LK102, LK201]
        c = 3  # leaklint: ignore[LK999, never-relased]
        d = 4  # leaklint: ignored
        e = 5  # noqa
        f = 6  # noqa: E501, LK101
        # leaklint: on
        g = 7  # leaklint: ignore[LK201]
        # leaklint: ignore-file[LK201]
        h = 8  # leaklint: ignore[LK1
        # leaklint: off
        """
    )
    found.match(finding(2))
    assert causes(found) == [
        "1: suppresses nothing",
        "2: suppresses nothing for LK201",
        "3: names no rule 'LK999'; 'leaklint rule --all' lists them",
        "3: names no rule 'never-relased'; did you mean 'never-released'?",
        "4: is not understood: 'ignored' is none of ignore, ignore-file, off, on",
        "6: suppresses nothing for LK101",
        "7: ends no range: there is no 'leaklint: off' above it",
        "8: suppresses nothing (LK201)",
        "9: suppresses nothing (LK201)",
        "10: is not understood: the bracket is not closed",
        "11: suppresses nothing",
    ]


def test_reasons_can_be_required() -> None:
    found = of("a = 1  # leaklint: ignore[LK102] - pool of one\nb = 2  # leaklint: ignore[LK102]\n")
    directive = found.match(finding(1))
    assert directive is not None
    assert directive.reason == "pool of one"
    found.match(finding(2))
    assert causes(found) == []
    assert causes(found, require_reason=True) == ["2: gives no reason; write one behind it"]


def test_columns_of_a_comment() -> None:
    (own,) = of("x = 'ä'  # no  # leaklint: ignore[LK1] why  # more\n").directives
    assert (own.line, own.column, own.end_column) == (1, 16, 43)


def test_text_that_is_no_python_keeps_what_came_before() -> None:
    found = of("x = 1  # leaklint: ignore\ny = (\n'''")
    assert found.match(finding(1)) is not None


def test_carriage_returns_end_lines() -> None:
    text = "a = 1\rb = 2  # leaklint: ignore\r\nc = 3\n"
    found = suppressions(text, text.encode())
    assert [line for line in (1, 2, 3) if found.match(finding(line))] == [2]


def test_comments_for_other_tools_alone_are_passed_over() -> None:
    other = "import a  # noqa: F401\n"
    ours = other + "b = connect()  # noqa: E501, lk101\n"
    assert suppressions(other, other.encode()).directives == ()
    assert [one.selectors for one in suppressions(ours, ours.encode()).directives] == [("F401",), ("E501", "lk101")]
