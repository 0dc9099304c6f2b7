"""Every rule has its page, its examples do what the page says, and its code is the one users know."""

from __future__ import annotations

from pathlib import Path

import pytest

from leaklint.model import LeaklintError
from leaklint.rules import all_rules, rule
from leaklint.rules.base import Rule

CONTRACT = {
    "LK101": "never-released",
    "LK102": "leaked-on-exception",
    "LK103": "leaked-on-path",
    "LK104": "overwritten",
    "LK105": "discarded",
    "LK106": "unprotected-yield",
    "LK107": "owner-never-releases",
    "LK108": "pool-per-call",
    "LK201": "with-does-not-close",
    "LK202": "close-instead-of-return",
    "LK203": "wrong-pool",
    "LK204": "release-not-awaited",
    "LK205": "double-release",
    "LK206": "use-after-release",
    "LK207": "release-of-unbound",
    "LK301": "pool-budget",
    "LK302": "unbounded-pool",
    "LK303": "pgbouncer-session-state",
    "LK401": "retry-without-backoff",
    "LK402": "connect-without-timeout",
    "LK403": "held-while-waiting",
    "LK901": "unused-suppression",
    "LK902": "unreadable-file",
}


def code_of(one: Rule) -> str:
    return one.code


def expected(source: str) -> set[tuple[int, str]]:
    return {
        (number, line.rpartition("# expect: ")[2].strip())
        for number, line in enumerate(source.splitlines(), start=1)
        if "# expect: " in line
    }


def test_codes_and_names_are_those_users_know() -> None:
    assert {one.code: one.name for one in all_rules()}.items() <= CONTRACT.items()
    assert [one.code for one in all_rules()] == sorted({one.code for one in all_rules()})


@pytest.mark.parametrize("one", all_rules(), ids=code_of)
def test_a_page_has_all_its_parts(one: Rule) -> None:
    assert one.summary.endswith(".")
    assert one.summary[0].islower()
    assert len(one.why) > 100
    assert max(len(line) for line in one.why.splitlines()) <= 120
    assert len(expected(one.bad)) == 1
    assert not expected(one.good)
    module = next(Path(__file__).parents[2].glob(f"leaklint/rules/{one.code.lower()}_*.py"))
    assert module.stem == f"{one.code.lower()}_{one.name.replace('-', '_')}"


@pytest.mark.parametrize("one", all_rules(), ids=code_of)
def test_the_bad_example_raises_exactly_this_rule(one: Rule) -> None:
    from leaklint import api

    options = None if one.default else api.Options(extend_select=[one.code])
    found = {(finding.line, finding.code) for finding in api.check_source(one.bad, "bad.py", options=options)}
    assert found == expected(one.bad)


@pytest.mark.parametrize("one", all_rules(), ids=code_of)
def test_the_good_example_is_silent(one: Rule) -> None:
    from leaklint import api

    options = None if one.default else api.Options(extend_select=[one.code])
    assert api.check_source(one.good, "good.py", options=options) == []


def test_a_rule_is_found_by_code_and_by_name() -> None:
    assert rule("lk102") is rule("leaked-on-exception")
    with pytest.raises(LeaklintError, match="did you mean LK102"):
        rule("leaked-on-exeption")


def test_the_changelog_speaks_of_every_rule() -> None:
    text = (Path(__file__).parents[2] / "CHANGELOG.md").read_text(encoding="utf-8")
    spans = [("LK101", "LK108"), ("LK201", "LK207"), ("LK301", "LK303"), ("LK401", "LK403")]
    for one in all_rules():
        span = next((f"{low} to {high}" for low, high in spans if low <= one.code <= high), one.code)
        assert one.code in text or span in text, one.code
