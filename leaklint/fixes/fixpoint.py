"""Repairing one file: each repair is proven before it stays, and the next one starts from its result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from leaklint.fixes.document import BOM, apply_edits, edits
from leaklint.fixes.propose import Candidate, candidates
from leaklint.fixes.verify import key, objection, regression
from leaklint.model import Applicability, Finding, Fix
from leaklint.ownership.events import SiteReport

Pairs = list[tuple[Finding, SiteReport | None]]
Analyze = Callable[[str], Sequence[tuple[Finding, SiteReport | None]]]
_Place = tuple[str, str, str, int]
_ROUNDS_EACH = 3
_MOST_UNCOVERED = 6
_NOT_ALLOWED = {
    Applicability.SAFE: "its repair is not asked for",
    Applicability.UNSAFE: "its repair may change what the code does (--unsafe-fixes applies it)",
    Applicability.DISPLAY: "nothing in this file would call the method that its repair adds; it is shown, not applied",
}


@dataclass(frozen=True)
class Withheld:
    """No repair is offered; the reason is one sentence."""

    reason: str


@dataclass(frozen=True)
class Applied:
    """A repair that was made, with the finding that it answers."""

    finding: Finding
    fix: Fix


@dataclass(frozen=True)
class FixResult:
    """The repaired text, what was applied in the order of application, and what was not, with one sentence why."""

    text: str
    applied: list[Applied] = field(default_factory=list)
    withheld: list[tuple[Finding, str]] = field(default_factory=list)


def prove(
    text: str,
    path: str,
    finding: Finding,
    report: SiteReport | None,
    before: Sequence[Finding],
    analyze: Analyze,
    *,
    style: str = "try-finally",
    allowed: Callable[[Applicability], bool] = lambda _: True,
) -> tuple[Fix, Pairs] | Withheld:
    """The best repair of a finding that re-analysis proves, with the findings that are then left.

    before: all findings of the text. allowed: which repairs to consider.
    """
    lead, body = _body(text)
    reason = withheld = ""
    refusals: list[str] = []
    for one in candidates(body, finding, report, style, refusals):
        if not allowed(one.applicability):
            withheld = withheld or _NOT_ALLOWED[one.applicability]
            continue
        why = objection(body, one.rewrite)
        if why:
            reason = reason or why
            continue
        after = list(analyze(lead + one.rewrite.text))
        why = regression(before, finding, [found for found, _ in after])
        if not why:
            return _fix(path, body, one), after
        more = _followed(lead + one.rewrite.text, path, before, after, analyze, style) if one.uncovers else None
        if more is not None and not regression(before, finding, [found for found, _ in more[1]]):
            return Fix(one.applicability, one.message, edits(path, body, _body(more[0])[1])), more[1]
        reason = reason or why
    return Withheld(_sentence(withheld or next(iter(refusals), "") or reason or "no repair answers this rule"))


def _followed(
    text: str, path: str, before: Sequence[Finding], found: Pairs, analyze: Analyze, style: str
) -> tuple[str, Pairs] | None:
    """The text with what a repair uncovered repaired too; None where that cannot be proven."""
    for _ in range(_MOST_UNCOVERED):
        known = Counter(map(key, before))
        known.subtract(key(one) for one, _ in found)
        uncovered = next(((one, report) for one, report in found if known[key(one)] < 0), None)
        if uncovered is None:
            return text, found
        made = prove(text, path, *uncovered, [one for one, _ in found], analyze, style=style)
        if isinstance(made, Withheld) or made[0].applicability is Applicability.DISPLAY:
            return None
        text, found = apply(text, [made[0]]), made[1]
    return None


def fix_file(
    text: str,
    path: str,
    analyze: Analyze,
    *,
    unsafe: bool = False,
    style: str = "try-finally",
    fixable: Callable[[str], bool] = lambda code: True,
) -> FixResult:
    """Repair what can be proven in one file, to a fixed point.

    analyze gives the findings of a text with the reports that they come from. fixable says which codes to repair.
    """
    result = FixResult(text)
    found = list(analyze(text))
    rounds = _ROUNDS_EACH * len(found) + 3
    refused: dict[_Place, str] = {}
    fresh = True
    while rounds > 0:
        rounds -= 1
        made = None
        before = [one for one, _ in found]
        for place, finding, report in _placed(found):
            if not fixable(finding.code) or place in refused:
                continue
            made = prove(
                result.text,
                path,
                finding,
                report,
                before,
                analyze,
                style=style,
                allowed=lambda how: how is Applicability.SAFE or (unsafe and how is Applicability.UNSAFE),
            )
            if not isinstance(made, Withheld):
                fix, found = made
                result = FixResult(apply(result.text, [fix]), [*result.applied, Applied(finding, fix)])
                # What the other functions are refused for seldom changes; they get another chance at the end.
                refused = {one: why for one, why in refused.items() if one[0] != finding.function}
                fresh = False
                break
            refused[place] = made.reason
            made = None
        if made is None:
            if fresh:
                break
            refused, fresh = {}, True
    withheld = [(one, refused[place]) for place, one, _ in _placed(found) if place in refused]
    return FixResult(result.text, result.applied, withheld)


def _placed(found: Pairs) -> Iterator[tuple[_Place, Finding, SiteReport | None]]:
    """The findings with names that last while other functions are repaired."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for finding, report in found:
        kind = (finding.function, finding.code, finding.resource)
        counts[kind] += 1
        yield (*kind, counts[kind]), finding, report


def apply(text: str, fixes: Sequence[Fix]) -> str:
    """The text with the edits of these repairs. Raises ValueError where they overlap."""
    return apply_edits(text, [edit for fix in fixes for edit in fix.edits])


def _fix(path: str, body: str, one: Candidate) -> Fix:
    return Fix(one.applicability, one.message, edits(path, body, one.rewrite.text))


def _body(text: str) -> tuple[str, str]:
    return (BOM, text[1:]) if text.startswith(BOM) else ("", text)


def _sentence(reason: str) -> str:
    return reason[:1].upper() + reason[1:].rstrip(".") + "."
