"""What rules ask of a report."""

from __future__ import annotations

from leaklint.ownership.events import Leak, Misuse, SiteReport, Step

OVERWRITING = ("overwritten", "loop")


def normal(report: SiteReport) -> tuple[Leak, ...]:
    """The leaks on paths without an exception."""
    return tuple(leak for leak in report.leaks if not leak.exceptional)


def caused_by(report: SiteReport, *hows: str) -> Leak | None:
    """The first leak of one of these kinds, a path without an exception before one with."""
    found = [leak for leak in report.leaks if leak.how in hows]
    return min(found, key=lambda leak: leak.exceptional, default=None)


def foremost(leaks: tuple[Leak, ...]) -> Leak:
    """The leak that a reader understands first: without an exception, then the one that departs earliest."""
    return min(leaks, key=lambda leak: (leak.exceptional, leak.at.line, leak.at.column))


def misuse(report: SiteReport, how: str) -> Misuse | None:
    """The first misuse of this kind."""
    return next((wrong for wrong in report.misuses if wrong.how == how), None)


def wrong_release(report: SiteReport, how: str) -> tuple[int, tuple[Step, ...]] | None:
    """The line of a wrong release that costs the resource, with its path. None where it harms nothing."""
    leak = caused_by(report, how)
    if leak is not None:
        return leak.at.line, leak.steps
    wrong = misuse(report, how)
    if wrong is None or not report.leaks:
        return None
    return wrong.at.line, wrong.steps
