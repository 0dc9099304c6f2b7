"""How much work goes into the repairs of one file: it is counted, so that every machine tries the same ones."""

from __future__ import annotations

MOST_WORK = 80_000
"""Work that goes into the repairs of one file before the rest goes without. One is that of interpreting an instruction
in a world; what else is done is counted in that."""
CHARACTERS_TRIED = 4
"""Characters of a function that are read in the time of one, where a candidate for it is made and checked."""
CHARACTERS_PASSED = 256
"""Characters of the rest of the file that are compared in the time of one, for each candidate."""
CHARACTERS_ANALYSED = 32
"""Characters of a file that are read and looked through in the time of one, where it is analysed once more."""


class OutOfRoom(Exception):
    """All the work that may go into the repairs of a file is done."""


class Room:
    """The work that may still go into the repairs of one file."""

    def __init__(self, work: int = MOST_WORK) -> None:
        self.left = work

    def spend(self, work: int) -> None:
        """Note work that is done. Raises OutOfRoom where there was no room for any."""
        if self.left <= 0:
            raise OutOfRoom
        self.left -= work

    def holds(self, work: int, text: str) -> bool:
        """Whether a text may be analysed in which so much, at least, is interpreted."""
        return work + len(text) // CHARACTERS_ANALYSED < self.left

    def tried(self, function: int, text: int) -> int:
        """Note that a candidate is made; returns the work. function, text: how many characters these have."""
        work = 1 + function // CHARACTERS_TRIED + text // CHARACTERS_PASSED
        self.spend(work)
        return work

    def analysed(self, text: str) -> None:
        """Note that a text is analysed, what is interpreted in that aside."""
        self.spend(1 + len(text) // CHARACTERS_ANALYSED)
