from __future__ import annotations

import pytest

from leaklint.config import RuleName, selected, unknown
from leaklint.config.versions import satisfies

RULES = [
    RuleName("LK101", "never-released"),
    RuleName("LK102", "leaked-on-exception"),
    RuleName("LK201", "with-does-not-close"),
    RuleName("LK402", "connect-without-timeout", default=False),
]


@pytest.mark.parametrize(
    ("select", "extend", "ignore", "codes"),
    [
        (None, [], [], {"LK101", "LK102", "LK201"}),
        (None, ["LK4"], [], {"LK101", "LK102", "LK201", "LK402"}),
        (["ALL"], [], [], {"LK101", "LK102", "LK201", "LK402"}),
        (["LK1"], [], ["LK102"], {"LK101"}),
        (["LK102"], [], ["LK1"], {"LK102"}),
        (["LK1"], [], ["LK1"], set()),
        (["never-released"], [], ["LK101"], set()),
        (["lk2"], [], [], {"LK201"}),
        ([], [], [], set()),
        (None, [], ["ALL"], set()),
    ],
)
def test_the_more_exact_selector_wins(
    select: list[str] | None, extend: list[str], ignore: list[str], codes: set[str]
) -> None:
    assert selected(RULES, select, extend, ignore) == codes


def test_unknown_selectors_name_the_nearest() -> None:
    assert unknown("LK1", RULES) is None
    assert unknown("ALL", RULES) is None
    assert unknown("LK109", RULES) == "no rule 'LK109'; did you mean 'LK102'?"
    assert unknown("leaked-on-exeption", RULES) == "no rule 'leaked-on-exeption'; did you mean 'leaked-on-exception'?"
    assert unknown("zzz\x1b", RULES) == "no rule 'zzz\\x1b'; 'leaklint rule --all' lists them"
    assert unknown("L", RULES) is not None


@pytest.mark.parametrize(
    ("required", "holds"),
    [
        ("0.3.1", True),
        ("0.3", False),
        ("==0.3.*", True),
        (">=0.3,<1", True),
        (">=0.3,<0.3.1", False),
        ("~=0.3.0", True),
        ("~=0.2", True),
        ("~=0.2.0", False),
        ("!=0.3.*", False),
        (">0.3.1", False),
        ("<=0.3.1.0", True),
    ],
)
def test_required_versions(required: str, holds: bool) -> None:
    assert satisfies("0.3.1", required) is holds
