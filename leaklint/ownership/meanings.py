"""What words mean in the files of a program, by the files that give them that meaning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping


class Meaning(dict[str, int]):
    """The words of one meaning, each with the files that give it that, as a set of their bits. before: the same as it
    was when something that is still believed was found out."""

    def __init__(self, known: Mapping[str, int] | None = None) -> None:
        super().__init__(known or {})
        self.before: dict[str, int] = {}

    def add(self, word: str, bit: int) -> bool:
        """A file gives a word this meaning. Whether that is new."""
        known = self.get(word, 0)
        self[word] = known | bit
        return not known & bit

    def add_before(self, word: str, bit: int) -> None:
        """A file gave it before."""
        self.before[word] = self.before.get(word, 0) | bit

    def without(self, bit: int) -> Meaning:
        """The same without what one file gives."""
        return Meaning({word: mask & ~bit for word, mask in self.items()})

    def lost(self) -> Iterator[tuple[str, int]]:
        """The words that had this meaning before, with the files that no longer give it."""
        return ((word, mask & ~self.get(word, 0)) for word, mask in self.before.items())

    def turned(self) -> Iterator[tuple[str, int]]:
        """The words that other files give this meaning than before, with the files that differ."""
        for word in self.before.keys() | self.keys():
            changed = self.before.get(word, 0) ^ self.get(word, 0)
            if changed:
                yield word, changed
