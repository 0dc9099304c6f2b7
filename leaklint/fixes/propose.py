"""Which repairs answer a finding, best first."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property

import msgspec

from leaklint.fixes import (
    await_release,
    backoff,
    collection,
    hoist,
    on_error,
    owner_close,
    release_old,
    return_to_pool,
    try_finally,
    with_block,
)
from leaklint.fixes.bind import Refused
from leaklint.fixes.document import read
from leaklint.fixes.draft import Rewrite
from leaklint.fixes.target import Target, prepare
from leaklint.lowering.problem import SyntaxProblem
from leaklint.model import Applicability, Finding
from leaklint.ownership.events import SiteReport

SAFE, UNSAFE = Applicability.SAFE, Applicability.UNSAFE
_MOST_CANDIDATES = 12


@dataclass(frozen=True)
class Candidate:
    """A repair that still has to be proven. uncovers: what it shows to be lost elsewhere in the file is repaired with
    it."""

    rewrite: Rewrite
    message: str
    applicability: Applicability
    uncovers: bool = False


@dataclass(frozen=True, eq=False)
class Case:
    """What was seen at a site, in a text, for each repair that may answer it."""

    text: str
    report: SiteReport
    style: str

    @cached_property
    def target(self) -> Target:
        """The site made ready. Raises Refused where that cannot be done."""
        return prepare(self.text, self.report)


def candidates(
    text: str, finding: Finding, report: SiteReport | None, style: str, refusals: list[str]
) -> Iterator[Candidate]:
    """Repairs to try for a finding, best first, each different.

    report: what was seen at the site, for the rules that judge sites. refusals: gets the reasons why others do not fit.
    """
    seen = {text}
    for made in _repairs(text, finding, report, style):
        try:
            for candidate in made:
                if candidate.rewrite.text not in seen and len(seen) <= _MOST_CANDIDATES:
                    seen.add(candidate.rewrite.text)
                    yield candidate
        except Refused as refused:
            refusals.append(str(refused))
        except (SyntaxProblem, SyntaxError):
            refusals.append("the repaired text would not parse")


def _repairs(text: str, finding: Finding, report: SiteReport | None, style: str) -> Iterator[Iterator[Candidate]]:
    if report is not None:
        case = Case(text, report, style)
        return (repair(case) for repair in _REPAIRS.get(finding.code, ()))
    return (repair(text, finding) for repair in _REPAIRS_WITHOUT_SITE.get(finding.code, ()))


def repairable_without_site(code: str) -> bool:
    """Whether there are repairs for a rule that does not judge sites."""
    return code in _REPAIRS_WITHOUT_SITE


def _backoff(text: str, finding: Finding) -> Iterator[Candidate]:
    for rewrite in backoff.rewrites(text, finding):
        yield Candidate(rewrite, "Wait between attempts, longer each time", UNSAFE)


def _not_a_manager(case: Case) -> None:
    """Refuse to release what `with` is given by a project's own context manager."""
    document, report = read(case.text), case.report
    call = document.call_at(report.site.span)
    if report.site.derived and call is not None and not any(leak.how == "with" for leak in report.leaks):
        if isinstance(document.parents[call], ast.withitem):
            raise Refused("its own context manager must release it")


def _manager(case: Case) -> Iterator[Candidate]:
    for rewrite in on_error.of_class(case.text, case.report):
        yield Candidate(rewrite, "Release in a finally block of the class's own method", SAFE)


def _finally(case: Case) -> Iterator[Candidate]:
    _not_a_manager(case)
    target = case.target
    if case.style == "with":
        with suppress(Refused):  # a try statement does where `with` does not fit
            yield from _with(target)
    for rewrite in try_finally.rewrites(target):
        yield Candidate(rewrite, f"Release {target.held.text} in a finally block", _safety(target))


def _with(target: Target) -> Iterator[Candidate]:
    for rewrite in with_block.rewrites(target):
        yield Candidate(rewrite, f"Take {target.held.text} in a with statement", _safety(target))


def _with_first(case: Case) -> Iterator[Candidate]:
    yield from _finally(replace(case, style="with"))


def _safety(target: Target) -> Applicability:
    """Unsafe where what is returned was made of it by a call that may have kept it."""
    return UNSAFE if target.departures.perhaps else SAFE


def _on_error(case: Case) -> Iterator[Candidate]:
    target = case.target
    leaving = target.departures
    if not (leaving.whole or leaving.part or not target.held.plain):
        return
    for rewrite in on_error.rewrites(target):
        yield Candidate(rewrite, f"Release {target.held.text} when an exception leaves the block", SAFE)


def _items(case: Case) -> Iterator[Candidate]:
    _not_a_manager(case)
    for rewrite in with_block.of_with_items(case.text, case.report):
        yield Candidate(rewrite, "Close what the with statement leaves open", SAFE)


def _pool(case: Case) -> Iterator[Candidate]:
    target = case.target
    message = f"Give {target.held.text} back to its pool"
    for rewrite in return_to_pool.rewrites(target):
        yield Candidate(rewrite, message, SAFE)
        again = _moved(case.report)
        try:
            following = prepare(rewrite.text, again)
            for more in try_finally.rewrites(following):
                yield Candidate(rewrite.then(more), f"{message} in a finally block", SAFE)
        except Refused:
            continue


def _moved(report: SiteReport) -> SiteReport:
    """The report for a text in which only what stands behind the acquisition changed: its releases are found anew."""
    return msgspec.structs.replace(report, releases=(), misuses=())


def _await(case: Case) -> Iterator[Candidate]:
    for rewrite in await_release.rewrites(case.text, case.report):
        yield Candidate(rewrite, "Await the release", SAFE)


def _hoist(case: Case) -> Iterator[Candidate]:
    target = case.target
    for rewrite, safe in hoist.rewrites(target):
        yield Candidate(rewrite, f"Take {target.held.text} in front of the try", SAFE if safe else UNSAFE)


def _owner(case: Case) -> Iterator[Candidate]:
    target = case.target
    message = f"Give the class a way to release {target.held.text}"
    for rewrite, known in owner_close.rewrites(target):
        # A new `close()` that nobody in sight calls releases nothing yet.
        how = UNSAFE if known else Applicability.DISPLAY
        yield Candidate(rewrite, message, how, uncovers=True)
        # What its constructor does afterwards may fail, and then nobody gets an object to close.
        try:
            following = prepare(rewrite.text, _moved(_at_same_call(target, rewrite, case.report)))
            for more in on_error.rewrites(following, leaks=True):
                yield Candidate(rewrite.then(more), message, how, uncovers=True)
        except Refused:
            continue


def _at_same_call(target: Target, rewrite: Rewrite, report: SiteReport) -> SiteReport:
    """The report with the place that the acquisition has in the rewritten text."""
    new = read(rewrite.text)
    number = target.document.calls_like(target.call).index(target.call)
    same = new.calls_like(target.call)
    if number >= len(same):
        raise Refused("the acquisition was not found again")
    site = msgspec.structs.replace(report.site, span=new.span(same[number]))
    return msgspec.structs.replace(report, site=site)


def _list(case: Case) -> Iterator[Candidate]:
    for rewrite in collection.rewrites(case.text, case.report):
        yield Candidate(rewrite, "Release all that the list holds", SAFE)


def _old(case: Case) -> Iterator[Candidate]:
    target = case.target
    for rewrite in release_old.rewrites(target):
        yield Candidate(rewrite, f"Release what {target.held.text} held before", UNSAFE)


Repair = Callable[[Case], Iterator[Candidate]]
_LEAK: tuple[Repair, ...] = (_list, _items, _finally, _on_error, _manager)
_REPAIRS: dict[str, tuple[Repair, ...]] = {
    "LK101": _LEAK,
    "LK102": _LEAK,
    "LK103": _LEAK,
    "LK104": (_finally, _on_error, _old),
    "LK105": (_items, _with_first),
    "LK106": _LEAK,
    "LK107": (_owner,),
    "LK108": (_finally, _on_error),
    "LK201": (_items, _finally),
    "LK202": (_pool,),
    "LK203": (_pool,),
    "LK204": (_await,),
    "LK207": (_hoist,),
}
_REPAIRS_WITHOUT_SITE: dict[str, tuple[Callable[[str, Finding], Iterator[Candidate]], ...]] = {"LK401": (_backoff,)}
