"""Repairing one file: each repair is proven before it stays, and the next one starts from its result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from leaklint.fixes.proof import Analyze, Least, Pairs, Withheld, apply, nothing, prove
from leaklint.fixes.propose import repairable_without_site
from leaklint.fixes.room import Room
from leaklint.model import Applicability, Finding, Fix
from leaklint.ownership.events import SiteReport

_Place = tuple[str, str, str, int]
_ROUNDS_EACH = 3


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


def fix_file(
    text: str,
    path: str,
    analyze: Analyze,
    *,
    unsafe: bool = False,
    style: str = "try-finally",
    fixable: Callable[[str], bool] = lambda code: True,
    room: Room | None = None,
    least: Least = nothing,
) -> FixResult:
    """Repair what can be proven in one file, to a fixed point.

    analyze gives the findings of a text with the reports that they come from. fixable says which codes to repair.
    room: for the work. least: of a proof.
    """
    result = FixResult(text)
    room = room or Room()
    found = list(analyze(text))
    rounds = _ROUNDS_EACH * len(found) + 3
    refused: dict[_Place, str] = {}
    fresh = True
    while rounds > 0:
        rounds -= 1
        made = None
        before = [one for one, _ in found]
        for place, finding, report in _placed(found):
            if not fixable(finding.code) or place in refused or not _repairable(finding, report):
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
                room=room,
                least=least,
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


def _repairable(finding: Finding, report: SiteReport | None) -> bool:
    return report is not None or repairable_without_site(finding.code)


def _placed(found: Pairs) -> Iterator[tuple[_Place, Finding, SiteReport | None]]:
    """The findings with names that last while other functions are repaired."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for finding, report in found:
        kind = (finding.function, finding.code, finding.resource)
        counts[kind] += 1
        yield (*kind, counts[kind]), finding, report
