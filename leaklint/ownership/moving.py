"""Where the lines of a file went when its text was changed, and what was found there in terms of its new lines."""

from __future__ import annotations

from collections import Counter
from typing import Any, TypeVar

import msgspec

from leaklint import ir
from leaklint.model import Span
from leaklint.ownership.events import Leak, Misuse, Site, SiteReport, Step
from leaklint.ownership.owners import Gap, Kept
from leaklint.ownership.summary import Handed, Outcome, Summary

T = TypeVar("T", bound=msgspec.Struct)


def _shifts(old: list[str], new: list[str]) -> list[int]:
    """By how much each line of `old` has moved. Lines that have gone are taken to have moved with the one above."""
    most = min(len(old), len(new))
    above = 0
    while above < most and old[above] == new[above]:
        above += 1
    below = 0
    while below < most - above and old[-1 - below] == new[-1 - below]:
        below += 1
    shifts = [0] * above
    places = {line: at for at, line in enumerate(new[above : len(new) - below], above)}
    between = old[above : len(old) - below]
    often = Counter(between)
    reached, shift = above, 0
    for at, line in enumerate(between, above):
        place = places.get(line, -1)
        if reached < len(new) and new[reached] == line:
            place = reached
        elif often[line] > 1 or place < reached:
            place = -1
        if place >= 0:
            reached, shift = place + 1, place - at
        shifts.append(shift)
    return shifts + [len(new) - len(old)] * below


class Move:
    """Two texts of the file that is shown as `path` and holds `module`, some edits apart. Whether what stood in its
    lines is still the same, `same_graph` says; this only says where it should be."""

    def __init__(self, path: str, module: str, shifts: list[int]) -> None:
        self.path = path
        self.module = module
        self.still = not any(shifts)
        self._shifts = shifts
        self._joined: tuple[Move, Move] | None = None

    @classmethod
    def between(cls, path: str, module: str, texts: tuple[str, str]) -> Move:
        """The move from one text of a file to the next."""
        return cls(path, module, [0, *_shifts(*(text.split("\n") for text in texts))])

    def then(self, later: Move) -> Move:
        """This move and a later one of the same file, in one: the same for all that have made this one."""
        if self._joined is not None and self._joined[0] is later:
            return self._joined[1]
        further, most = later._shifts, len(later._shifts)
        shifts = [
            shift + further[line + shift] if line + shift < most else shift for line, shift in enumerate(self._shifts)
        ]
        joined = Move(self.path, self.module, shifts)
        self._joined = later, joined
        return joined

    def _line(self, line: int) -> int:
        return line + self._shifts[line] if line < len(self._shifts) else line

    def span(self, span: Span) -> Span:
        """A span of the file."""
        first, last = self._line(span.line), self._line(span.end_line)
        same = first == span.line and last == span.end_line
        return span if same else Span(first, span.column, last, span.end_column)

    def answer(self, answer: Any) -> Any:
        """An answer to a question."""
        return self.summary(answer) if isinstance(answer, Summary) else answer

    def summary(self, summary: Summary) -> Summary:
        """What a call does."""
        if self.still or not any(outcome.handed for outcome in summary.outcomes):
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
        if self.still or not reports:
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
        own = path == self.path
        return tuple(_with(one, span=self.span(one.span)) for one in kept) if own else kept

    def gaps(self, gaps: tuple[Gap, ...]) -> tuple[Gap, ...]:
        """What an exit method fails to release."""
        return tuple(_with(one, at=self.span(one.at)) if one.path == self.path else one for one in gaps)

    def same_graph(self, before: ir.Procedure, after: ir.Procedure) -> bool:
        """Whether two graphs of a procedure of the file differ in nothing but where they stand."""
        if before is after and not any(self._shifts[before.span.line : before.span.end_line + 1]):
            return True
        if self.still:
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
