"""What was ever asked of the files of a program, beside what stands outside of all functions.

Most functions are never looked into, and most words never looked for. What only they would tell differently concerns
nobody, so an edit of a file that changes nothing else changes no answer.
"""

from __future__ import annotations


class AskedOf:
    """What was asked of one file. names: the procedures that were looked into, "*" for all that there are. sought: the
    names of which it was asked whether there is such a procedure. words: the identifiers that were looked for. pieces:
    the same of any part of the text. attributes: whether it was asked which ones it assigns."""

    __slots__ = ("attributes", "names", "pieces", "sought", "words")

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.sought: set[str] = set()
        self.words: set[str] = set()
        self.pieces: set[str] = set()
        self.attributes = False

    @property
    def size(self) -> int:
        """Grows with all that is asked."""
        return len(self.names) + len(self.sought) + len(self.words) + len(self.pieces) + self.attributes


class Asked:
    """What was asked of each file of a program, and of the same with other texts for some. files: by absolute path."""

    def __init__(self) -> None:
        self.files: dict[str, AskedOf] = {}

    def of(self, file: str) -> AskedOf:
        """What was asked of one file."""
        known = self.files.get(file)
        if known is None:
            known = self.files[file] = AskedOf()
        return known
