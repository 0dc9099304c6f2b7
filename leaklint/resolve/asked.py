"""What was ever asked of the files of a program, beside what stands outside of all functions.

Most functions are never looked into, and most words never looked for. What only they would tell differently concerns
nobody, so an edit of a file that changes nothing else changes no answer.
"""

from __future__ import annotations

import msgspec


class Questions(msgspec.Struct, array_like=True):
    """What was asked of one file. names: the procedures that were looked into, "*" for all that there are. sought: the
    names of which it was asked whether there is such a procedure. words: the identifiers that were looked for. pieces:
    the same of any part of the text. attributes: whether it was asked which ones it assigns."""

    names: set[str] = set()
    sought: set[str] = set()
    words: set[str] = set()
    pieces: set[str] = set()
    attributes: bool = False

    @property
    def is_any(self) -> bool:
        """Whether anything was asked."""
        return bool(self.names or self.sought or self.words or self.pieces or self.attributes)

    def forget(self) -> None:
        """Start anew, for those too who hold one of the sets."""
        for asked in (self.names, self.sought, self.words, self.pieces):
            asked.clear()
        self.attributes = False

    def union(self, other: Questions) -> Questions:
        """What was asked here or there, as it is now."""
        return Questions(
            self.names | other.names,
            self.sought | other.sought,
            self.words | other.words,
            self.pieces | other.pieces,
            self.attributes or other.attributes,
        )

    def covers(self, other: Questions) -> bool:
        """Whether all that was asked there was asked here, too."""
        return (
            self.names >= other.names
            and self.sought >= other.sought
            and self.words >= other.words
            and self.pieces >= other.pieces
            and self.attributes >= other.attributes
        )


class Asked:
    """What was asked of each file of a program, and of the same with other texts for some, since it was last told.
    files: by absolute path."""

    def __init__(self) -> None:
        self.files: dict[str, Questions] = {}

    def of(self, file: str) -> Questions:
        """What was asked of one file."""
        known = self.files.get(file)
        if known is None:
            known = self.files[file] = Questions()
        return known
