"""What words mean in the files of a program, by the files that give them that meaning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping


class Meaning(dict[str, int]):
    """The words of one meaning, each with the files that give it that, as a set of their bits. before: the same as it
    was when something that is still believed was found out. by_number: the words by what `hash` gives of them."""

    def __init__(self, known: Mapping[str, int] | None = None) -> None:
        super().__init__(known or {})
        self.by_number = {hash(word): word for word in self}
        self.before: dict[str, int] = {}

    def add(self, word: str, bit: int) -> bool:
        """A file gives a word this meaning. Whether that is new."""
        known = self.get(word, 0)
        self[word] = known | bit
        self.by_number[hash(word)] = word
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


class Meanings:
    """leading: the words that lead to a resource. making: those whose result does. named: the names of suspects."""

    def __init__(
        self, leading: Meaning | None = None, making: Meaning | None = None, named: Meaning | None = None
    ) -> None:
        self.leading = leading if leading is not None else Meaning()
        self.making = making if making is not None else Meaning()
        self.named = named if named is not None else Meaning()
        self.by_kind = {"lead": self.leading, "make": self.making, "name": self.named}
        self._turned: dict[str, int] | None = None

    def copy(self) -> Meanings:
        """The same, to go on from; nothing was otherwise before."""
        return Meanings(Meaning(self.leading), Meaning(self.making), Meaning(self.named))

    def without(self, bit: int) -> Meanings:
        """The same without what one file gives."""
        return Meanings(self.leading.without(bit), self.making.without(bit), self.named.without(bit))

    def make(self, word: str, bit: int) -> bool:
        """The result of what a file calls so leads to a resource. Whether that is new."""
        is_new = self.making.add(word, bit)
        if is_new:
            self._turned = None
        return is_new

    def name(self, word: str, bit: int) -> None:
        """A suspect of a file is called so."""
        self.named.add(word, bit)
        self._turned = None

    def turned(self) -> Mapping[str, int]:
        """The words that name other suspects, or whose result leads to a resource, in other files than before, with the
        files that differ."""
        if self._turned is None:
            self._turned = {}
            for word, changed in (*self.named.turned(), *self.making.turned()):
                self._turned[word] = self._turned.get(word, 0) | changed
        return self._turned
