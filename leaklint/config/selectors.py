"""Which rules are meant by `select`, `ignore` and their like.

A selector is a code (`LK102`), the beginning of one (`LK1`), a name (`leaked-on-exception`), or `ALL`. Where two lists
disagree on a rule, the more exact selector wins, and of equals the one that takes away.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

ALL = "ALL"


class RuleName(NamedTuple):
    """What selection needs to know of a rule."""

    code: str
    name: str
    default: bool = True


def exactness(selector: str, rule: RuleName) -> int:
    """How exactly `selector` means `rule`: 0 not at all, else the longer the part of its code, the more."""
    if selector == ALL:
        return 1
    if selector.lower() == rule.name:
        return len(rule.code) + 1
    code = selector.upper()
    return len(code) + 1 if len(code) > 1 and rule.code.startswith(code) else 0


def matches(selectors: Iterable[str], rule: RuleName) -> bool:
    """Whether any of the selectors means the rule."""
    return any(exactness(selector, rule) for selector in selectors)


def selected(
    rules: Iterable[RuleName], select: Sequence[str] | None, extend: Sequence[str], ignore: Sequence[str]
) -> frozenset[str]:
    """Codes of the rules that are on. `select` None: those on by default."""
    return frozenset(rule.code for rule in rules if _is_on(rule, select, extend, ignore))


def _is_on(rule: RuleName, select: Sequence[str] | None, extend: Sequence[str], ignore: Sequence[str]) -> bool:
    if select is None:
        wanted = 1 if rule.default else 0
    else:
        wanted = _most_exact(select, rule)
    wanted = max(wanted, _most_exact(extend, rule))
    return wanted > _most_exact(ignore, rule)


def _most_exact(selectors: Sequence[str], rule: RuleName) -> int:
    return max((exactness(selector, rule) for selector in selectors), default=0)


def unknown(selector: str, rules: Sequence[RuleName]) -> str | None:
    """None if the selector means some rule; else one clause that says so and names the nearest."""
    if any(exactness(selector, rule) for rule in rules):
        return None
    import difflib

    names = [name for rule in rules for name in (rule.code, rule.name)]
    wanted = selector.upper() if selector.upper().startswith("LK") else selector.lower()
    close = difflib.get_close_matches(wanted, names, n=1, cutoff=0.5)
    mend = f"did you mean '{close[0]}'?" if close else "'leaklint rule --all' lists them"
    shown = selector if selector.isprintable() else ascii(selector)[1:-1]
    return f"no rule '{shown}'; {mend}"
