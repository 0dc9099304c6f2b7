"""What came of interpreting a procedure, and what that rests on: as long as it holds, the same comes again."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from leaklint import ir
from leaklint.ownership.asking import Answered, Asking
from leaklint.ownership.moving import Move
from leaklint.ownership.procedure import Result, analyse

MOST_EDITS = 20
"""Edits after which an interpretation that nobody asked for is let go."""


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


def interpreted(asking: Asking) -> Interpreted:
    """Interpret the procedure that asks, and keep what that rests on."""
    result = analyse(asking)
    return Interpreted(asking.module.path, asking.procedure, tuple(asking.answers), result)


def moved(move: Move, result: Result, path: str) -> Result | None:
    """The result of a procedure in the file shown as `path`, after a move; None where it cannot be told."""
    reports = move.reports(result.reports, path)
    if reports is None or move.still:
        return result if reports is not None else None
    if move.path == path and move.renames and "<lambda:" in repr(result.summary):
        return None
    return msgspec.structs.replace(
        result,
        summary=move.summary(result.summary),
        reports=reports,
        kept=move.kept(result.kept, path),
        gaps=move.gaps(result.gaps),
    )
