"""What came of interpreting a procedure, and what that rests on: as long as it holds, the same comes again."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Container, Iterator, Sequence
from typing import NamedTuple

import msgspec

from leaklint import ir
from leaklint.ownership.asking import Answered, Asking
from leaklint.ownership.moving import Move
from leaklint.ownership.procedure import NOTHING, Result, analyse
from leaklint.resolve.refs import Function

MOST_EDITS = 20
"""Edits after which an interpretation that nobody asked for is let go."""
QUESTION = 4
"""The work of putting a question, in instructions interpreted."""
_MOST_KEPT = 6
"""Interpretations of one procedure that are remembered: those of several rounds, and of some edits."""


class Interpreted(NamedTuple):
    """How a result came about: nothing else decides it. path: of the procedure's file, as shown. moves: of the places
    in all this, since it was found, one for each file. edits: how many there were since anybody asked for it."""

    path: str
    procedure: ir.Procedure
    answers: tuple[Answered, ...]
    result: Result
    moves: tuple[Move, ...] = ()
    edits: int = 0

    def after(self, move: Move, *, holds: bool = False) -> Interpreted | None:
        """The same after another move; None where it is long since anybody asked for it. holds: it is still what came
        of the procedure."""
        if self.edits >= MOST_EDITS and not holds:
            return None
        edits = 0 if holds else self.edits + 1
        before = next((one for one in self.moves if one.path == move.path), None)
        others = (one for one in self.moves if one.path != move.path)
        return self._replace(moves=(*others, move if before is None else before.then(move)), edits=edits)

    def reads(self, procedure: ir.Procedure) -> bool:
        """Whether a procedure has the same graph."""
        own = next((one for one in self.moves if one.path == self.path), None)
        return own.same_graph(self.procedure, procedure) if own is not None else self.procedure == procedure

    def moved(self) -> Result | None:
        """The result, where its places are now; None where it cannot be told."""
        result: Result | None = self.result
        for move in self.moves:
            result = moved(move, result, self.path) if result is not None else None
        return result


class Interpretations:
    """What functions were interpreted for, of each what was asked for last first. spend: told of each how
    much work that was, in instructions interpreted."""

    def __init__(self) -> None:
        self.spend: Callable[[int], None] | None = None
        self._known: dict[Function, tuple[Interpreted, ...]] = {}

    def result(self, function: Function, asking: Callable[[], Asking], *, keep: bool) -> Result:
        """What comes of a function: what came of it before, if all that decides it is as it was. asking: puts its
        questions. keep: remember that."""
        known = self._known.get(function, ())
        how, number = next(_still(known, asking), None) or (_interpreted(asking()), _MOST_KEPT)
        if self.spend is not None:
            self.spend(QUESTION * len(how.answers) + (how.result.steps if number == _MOST_KEPT else 0))
        if keep and how.result is not NOTHING:
            self._known[function] = (how, *known[:number], *known[number + 1 :])[:_MOST_KEPT]
        return how.result

    def least_again(self, function: Function) -> int:
        """The work of asking once more all that a function asked, which is done before it is known that nothing of that
        has changed."""
        known = self._known.get(function, ())
        return QUESTION * len(known[0].answers) if known else 0

    def forget(self, function: Function) -> None:
        """Let go what came of a function."""
        self._known.pop(function, None)

    def take_over(
        self,
        before: Interpretations,
        move: Move,
        is_elsewhere: Callable[[Function], bool],
        stale: Container[Function] | None = None,
    ) -> None:
        """Go on from those of another text of a file. is_elsewhere: whether a function has nothing to do with what
        moved. stale: what has to be looked at again; None: all else."""
        for one, known in before._known.items():
            if is_elsewhere(one):
                self._known[one] = known
            else:
                holds = stale is not None and one not in stale
                after = (how.after(move, holds=holds and not number) for number, how in enumerate(known))
                self._known[one] = tuple(how for how in after if how is not None)


def _still(known: Sequence[Interpreted], asking: Callable[[], Asking]) -> Iterator[tuple[Interpreted, int]]:
    """Of what is known of a procedure, with its number, what came about when it read the same and all that it asked was
    answered as it is now."""
    for number, how in enumerate(known):
        now = asking()
        result = how.moved() if how.reads(now.procedure) else None
        if result is not None:
            with contextlib.suppress(RecursionError):
                if now.still(how.answers, how.moves):
                    yield Interpreted(now.module.path, now.procedure, tuple(now.answers), result), number


def _interpreted(asking: Asking) -> Interpreted:
    result = analyse(asking)
    return Interpreted(asking.module.path, asking.procedure, tuple(asking.answers), result)


def moved(move: Move, result: Result, path: str) -> Result | None:
    """The result of a procedure in the file shown as `path`, after a move; None where it cannot be told."""
    reports = move.reports(result.reports, path)
    if reports is None or move.still:
        return result if reports is not None else None
    return msgspec.structs.replace(
        result,
        summary=move.summary(result.summary),
        reports=reports,
        kept=move.kept(result.kept, path),
        gaps=move.gaps(result.gaps),
    )
