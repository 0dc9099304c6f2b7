"""Where the lines of a file went when its text was changed, and what was found there in terms of its new lines."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from leaklint import ir
from leaklint.model import Span
from leaklint.ownership.events import Leak, Misuse, Site, SiteReport, Step
from leaklint.ownership.owners import Gap, Kept
from leaklint.ownership.summary import Handed, Outcome, Summary

T = TypeVar("T", bound=msgspec.Struct)


class Move:
    """Two texts of the file that is shown as `path`: what differs lies in lines that have gone, or have come, at one
    place, and what stands below has moved by `by` lines.

    What lies at that place itself is taken to have stayed: whether it is the same, `same_graph` says.
    """

    def __init__(self, path: str, before: str, after: str) -> None:
        self.path = path
        old, new = before.split("\n"), after.split("\n")
        self.by = len(new) - len(old)
        most = min(len(old), len(new))
        above = 0
        while above < most and old[above] == new[above]:
            above += 1
        below = 0
        while below < most - above and old[-1 - below] == new[-1 - below]:
            below += 1
        self._last_still = len(old) - below

    def span(self, span: Span) -> Span:
        """A span of the file."""
        first = self.by if span.line > self._last_still else 0
        last = self.by if span.end_line > self._last_still else 0
        return Span(span.line + first, span.column, span.end_line + last, span.end_column) if last or first else span

    def answer(self, answer: Any) -> Any:
        """An answer to a question: only what a call does tells of places."""
        return self.summary(answer) if self.by and isinstance(answer, Summary) else answer

    def summary(self, summary: Summary) -> Summary:
        """What a call does."""
        if not self.by or not any(outcome.handed for outcome in summary.outcomes):
            return summary
        return _with(summary, outcomes=tuple(map(self._outcome, summary.outcomes)))

    def _outcome(self, outcome: Outcome) -> Outcome:
        return _with(outcome, handed=tuple(map(self._handed, outcome.handed))) if outcome.handed else outcome

    def _handed(self, handed: Handed) -> Handed:
        return _with(handed, steps=self._steps(handed.steps))

    def _steps(self, steps: tuple[Step, ...]) -> tuple[Step, ...]:
        return tuple(_with(one, span=self.span(one.span)) if one.path == self.path else one for one in steps)

    def reports(self, reports: tuple[SiteReport, ...], path: str) -> tuple[SiteReport, ...] | None:
        """What was seen of the sites of a procedure in the file shown as `path`; None where a site lies in another
        file than the procedure: which file its places are in is not told."""
        if not self.by or not reports:
            return reports
        if any(report.site.path != path for report in reports):
            return None
        return tuple(self._report(report, own=path == self.path) for report in reports)

    def _report(self, report: SiteReport, *, own: bool) -> SiteReport:
        def at(span: Span) -> Span:
            return self.span(span) if own else span

        def site(one: Site) -> Site:
            return _with(one, span=at(one.span), origin=self._steps(one.origin))

        def lost(one: Leak) -> Leak:
            return _with(one, at=at(one.at), steps=self._steps(one.steps))

        def misused(one: Misuse) -> Misuse:
            return _with(one, at=at(one.at), steps=self._steps(one.steps))

        return _with(
            report,
            site=site(report.site),
            leaks=tuple(map(lost, report.leaks)),
            misuses=tuple(map(misused, report.misuses)),
            releases=tuple(map(at, report.releases)),
        )

    def kept(self, kept: tuple[Kept, ...], path: str) -> tuple[Kept, ...]:
        """What a procedure in the file shown as `path` leaves on its object."""
        own = self.by and path == self.path
        return tuple(_with(one, span=self.span(one.span)) for one in kept) if own else kept

    def gaps(self, gaps: tuple[Gap, ...]) -> tuple[Gap, ...]:
        """What an exit method fails to release."""
        return tuple(_with(one, at=self.span(one.at)) if one.path == self.path else one for one in gaps)

    def same_graph(self, before: ir.Procedure, after: ir.Procedure) -> bool:
        """Whether two graphs of a procedure of the file differ in nothing but where they stand."""
        if not self.by:
            return before == after
        if self.span(before.span) != after.span or len(before.blocks) != len(after.blocks):
            return False
        if _with(before, blocks=(), span=after.span) != _with(after, blocks=()):
            return False
        return all(map(self._same_block, before.blocks, after.blocks))

    def _same_block(self, before: ir.Block, after: ir.Block) -> bool:
        if before.handler != after.handler or len(before.instructions) != len(after.instructions):
            return False
        steps = (*before.instructions, before.terminator)
        return all(map(self._same_step, steps, (*after.instructions, after.terminator)))

    def _same_step(self, before: Any, after: Any) -> bool:
        span = getattr(before, "span", None)
        if span is None:
            return bool(before == after)
        moved = self.span(span)
        return bool((before if moved is span else _with(before, span=moved)) == after)


def _with(struct: T, **changes: Any) -> T:
    return msgspec.structs.replace(struct, **changes)
