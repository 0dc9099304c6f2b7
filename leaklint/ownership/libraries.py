"""Which libraries the files of a program name, and the words by which those that reach them take something."""

from __future__ import annotations

from collections.abc import Iterable, Set

from leaklint.source.prefilter import Prefilter


class Libraries:
    """Grows with the files that are looked at. Files are told apart by their bits. free: words that mean something
    whatever library is named."""

    def __init__(self, prefilter: Prefilter, free: Set[str]) -> None:
        self._prefilter = prefilter
        self._free = free
        self._of: dict[str, frozenset[str]] = {}
        self._naming: dict[str, int] = {}
        self._words: dict[frozenset[str], frozenset[str]] = {}

    def copy(self) -> Libraries:
        """The same, to go on from."""
        other = Libraries(self._prefilter, self._free)
        other._of, other._naming = dict(self._of), dict(self._naming)
        return other

    def note(self, file: str, bit: int, names: Iterable[str]) -> None:
        """A file names these libraries, and no others."""
        self.forget(file, bit)
        self._of[file] = frozenset(names)
        for name in self._of[file]:
            self._naming[name] = self._naming.get(name, 0) | bit

    def forget(self, file: str, bit: int) -> None:
        """Nothing is known of a file."""
        for name in self._of.pop(file, ()):
            self._naming[name] &= ~bit

    def of(self, file: str) -> frozenset[str]:
        """The libraries that a file names, by their import names."""
        return self._of.get(file, frozenset())

    def words(self, reached: int) -> frozenset[str]:
        """The words by which a file takes something that reaches these files, itself among them."""
        names = frozenset(name for name, mask in self._naming.items() if mask & reached)
        known = self._words.get(names)
        if known is None:
            known = self._words[names] = frozenset(self._free).union(*map(self._prefilter.words, names))
        return known
