"""From what the interpreter noted of a procedure to reports of its sites."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from leaklint.model import Span
from leaklint.ownership.events import Leak, Misuse, Site, SiteReport, Step
from leaklint.ownership.holding import answered_for
from leaklint.ownership.injection import is_injected
from leaklint.ownership.keeping import forsaken, held_by_request, ownerless
from leaklint.ownership.machine import Machine
from leaklint.ownership.outcomes import caches
from leaklint.ownership.owners import Kept
from leaklint.ownership.replacing import replaced
from leaklint.ownership.summary import Outcome
from leaklint.ownership.words import OWNER_KINDS

MISUSES = frozenset({"not-awaited", "wrong-pool", "close-instead-of-return"})


def site_reports(m: Machine, outcomes: tuple[Outcome, ...]) -> Iterator[SiteReport]:
    """What the ledger holds, one report a site, in source order."""
    ledger = m.ledger
    for key in sorted(ledger.sites, key=lambda k: (ledger.sites[k].span.line, ledger.sites[k].span.column, k)):
        site = ledger.sites[key]
        leaks = answered_for(m, key, site, tuple(ledger.leaks.get(key, {}).values()))
        misuses = (*ledger.misuses.get(key, {}).values(), *_unbound(m, site))
        leaks = leaks or forsaken(m, key)
        releases = tuple(sorted(ledger.releases.get(key, {}), key=lambda s: (s.line, s.column)))
        handed_on = key in ledger.given
        released = bool(releases) or handed_on
        if key in m.yielded and m.yield_mode == "closed" and not releases and not m.ask(is_injected):
            leaks = ()
        plain = all(leak.how not in MISUSES for leak in leaks)
        if site.resource.kind in OWNER_KINDS and leaks and plain and not released:
            leaks = (msgspec.structs.replace(leaks[0], how="per-call"),)
        if _built_for_each_request(m, key, site) and not leaks:
            step = Step(site.path, site.span, "built for each request, and given to nobody who would close it")
            leaks = (Leak("per-call", site.span, (*site.origin, step)),)
        leaks = (*leaks, *replaced(m, key, site, outcomes), *held_by_request(m, key, site))
        places = sorted(m.kept.get(key, ()))
        if places and key not in m.lent and all(ownerless(m, site, place) for place in places):
            place = places[0]
            step = Step(site.path, site.span, f"kept on `{place}`, which no method releases")
            leaks = (*leaks, Leak("owner", site.span, (*site.origin, step)))
        yield SiteReport(site, leaks, misuses, released, releases, handed_on, key in ledger.strange)


def _built_for_each_request(m: Machine, key: int, site: Site) -> bool:
    """Whether a function returns a pool of its own to a framework that calls it on each request."""
    owns = site.resource.kind in OWNER_KINDS and not site.test_code
    kept = (
        bool(m.kept.get(key))
        or key in m.lent
        or any(caches(one.name.rpartition(".")[2]) for one in m.procedure.decorators)
    )
    return owns and key in m.returned and not kept and m.ask(is_injected)


def _unbound(m: Machine, site: Site) -> Iterator[Misuse]:
    """The releases that fail because this acquisition failed before its variable had a value."""
    for name, raised, steps in m.unbound:
        if name == site.bound and any(_covers(span, site.span) for span in raised):
            yield Misuse("release-of-unbound", raised[0], steps)
            return


def _covers(outer: Span, inner: Span) -> bool:
    """Whether a span holds another: an await and the call below it."""
    starts = (outer.line, outer.column) <= (inner.line, inner.column)
    return starts and (inner.end_line, inner.end_column) <= (outer.end_line, outer.end_column)


def kept_places(m: Machine) -> Iterator[Kept]:
    for key in sorted(m.kept):
        for place in sorted(m.kept[key]):
            yield Kept(m.ledger.sites[key].span, place.replace(m.self_name, "self", 1), key in m.lent)
