"""From what was seen at the sites to the findings that a user reads.

Of the rules about leaks (LK1xx, and LK201 to LK204 where a wrong release is the cause) one speaks for a site: the
heaviest that holds. The others stand beside it, save those that say nothing new there (`Rule.alone`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from leaklint.model import Confidence, Finding, Severity, WitnessStep
from leaklint.ownership.events import SiteReport
from leaklint.ownership.surroundings import MAIN
from leaklint.rules import all_rules
from leaklint.rules.base import Rule, Verdict
from leaklint.rules.reading import OVERWRITING

_BY_FATE = {
    "slot-lost": Severity.ERROR,
    "leaked": Severity.ERROR,
    "late": Severity.WARNING,
    "closed": Severity.WARNING,
    "harmless": Severity.NOTE,
}
_AT_THE_END = frozenset({"with", "return", "fallthrough"})
_COSTS_A_SLOT = frozenset({"LK202", "LK203"})


def findings(reports: Sequence[SiteReport]) -> list[Finding]:
    """All findings of these sites, in the order in which they are shown."""
    found = [
        finding(rule, verdict, report)
        for report in reports
        if report.leaks or report.misuses
        for rule, verdict in verdicts(report)
    ]
    return sorted(found, key=lambda one: one.sort_key)


def verdicts(report: SiteReport) -> Iterator[tuple[Rule, Verdict]]:
    """The rules that speak about a site, the one about the leak first."""
    held = [(rule, verdict) for rule in all_rules() if rule.check and (verdict := rule.check(report)) is not None]
    leak = max((pair for pair in held if pair[0].weight), key=lambda pair: pair[0].weight, default=None)
    if leak is not None:
        yield leak
    for rule, verdict in held:
        if not rule.weight and not (rule.alone and leak is not None):
            yield rule, verdict


def finding(rule: Rule, verdict: Verdict, report: SiteReport) -> Finding:
    """One finding, at the acquisition."""
    site = report.site
    return Finding(
        code=rule.code,
        name=rule.name,
        severity=severity(rule, report),
        confidence=confidence(rule, report),
        message=verdict.message,
        path=site.path,
        line=site.span.line,
        column=site.span.column,
        end_line=site.span.end_line,
        end_column=site.span.end_column,
        function=site.function,
        library=site.library,
        resource=site.resource.name,
        witness=tuple(
            WitnessStep(path=step.path, line=step.span.line, column=step.span.column, message=step.message)
            for step in verdict.steps
        ),
        help=verdict.help,
    )


def severity(rule: Rule, report: SiteReport) -> Severity:
    """How bad: a leak by what becomes of the lost object, a misuse by what the library does about it."""
    resource = report.site.resource
    if report.site.ends_at_exit:
        return Severity.NOTE
    if rule.code in _COSTS_A_SLOT:
        return Severity.ERROR
    if rule.code == "LK205":
        return Severity.ERROR if resource.double_release == "harms" else Severity.WARNING
    if rule.code == "LK206":
        return Severity.ERROR if resource.kind == "pooled-connection" else Severity.WARNING
    if rule.code == "LK207":
        return Severity.WARNING
    return _BY_FATE.get(resource.dropped, Severity.WARNING)


def confidence(rule: Rule, report: SiteReport) -> Confidence:
    """How sure that somebody has to mend it: as the call was recognised, never quite for the obligation of a project's
    own class, and hardly where what is lost ends with its process."""
    sure = report.site.sure
    if rule.weight and (_ends_anyway(report) or _hardly_held(report)):
        return Confidence.LOW
    if report.site.owner and sure is Confidence.HIGH:
        return Confidence.MEDIUM
    return sure


def _hardly_held(report: SiteReport) -> bool:
    """Whether all there is to lose is a database in memory, or an engine that somebody else was to have: after the
    failure nobody uses it, and what it has pooled goes with it."""
    resource = report.site.resource
    if resource.slight and resource.dropped == "harmless":
        return True
    lazy = resource.kind in ("engine", "pool") and resource.opens == "first-use"
    handed_on = report.released and not report.releases and "." not in report.site.bound
    return lazy and handed_on and all(leak.exceptional for leak in report.leaks)


def _ends_anyway(report: SiteReport) -> bool:
    """Whether the process, or the test run, ends before the loss can be felt: in a script or a command, unless it loses
    one each round; in a test and its helpers, unless an object keeps it; in a fixture that fails; in a `main` that
    fails, or has it to its end."""
    site = report.site
    if any(leak.how in OVERWRITING for leak in report.leaks):
        return False
    if site.test_code:
        return all(leak.exceptional or not (leak.how == "owner" or site.test_fixture) for leak in report.leaks)
    if site.ends_at_exit and site.function in MAIN:
        return all(leak.exceptional or leak.how in _AT_THE_END for leak in report.leaks)
    return site.ends_at_exit
