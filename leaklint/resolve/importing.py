"""Which files of a program reach which others through imports, however many lie between. None is lowered for it."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from leaklint.resolve.program import Program


class Imports:
    """Sets of files are bit masks: a project of thousands of files has as many large sets. order: the files, by bit."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._bits: dict[str, int] = {}
        self.order: list[str] = []
        self._reached: dict[str, int] = {}
        self._importers: dict[str, list[str]] = {}

    def again(self, program: Program, changed: str) -> Imports:
        """The same for a program in which one file may import others, with the same bits."""
        other = Imports(program)
        other._bits, other.order = dict(self._bits), list(self.order)
        if changed not in self._reached or list(self._imports(changed)) == list(other._imports(changed)):
            other._reached = dict(self._reached)
            other._importers = {file: list(files) for file, files in self._importers.items()}
        return other

    def bit(self, file: str) -> int:
        """The mask of one file alone, by its absolute path."""
        number = self._bits.get(file)
        if number is None:
            number = self._bits[file] = len(self.order)
            self.order.append(file)
        return 1 << number

    def files(self, mask: int) -> Iterator[str]:
        """The files of a mask."""
        digits = bin(mask)[:1:-1]
        number = digits.find("1")
        while number >= 0:
            yield self.order[number]
            number = digits.find("1", number + 1)

    def reached(self, file: str) -> int:
        """The mask of the files that one imports, directly or through others, and of itself."""
        if file not in self._reached:
            self._walk(file)
        return self._reached[file]

    def reaching(self, mask: int) -> Collection[str]:
        """The files of a mask, and those that import one of them, directly or through others: of those that were asked
        for."""
        found = dict.fromkeys(self.files(mask))
        waiting = [*found]
        while waiting:
            new = [one for one in self._importers.get(waiting.pop(), ()) if one not in found]
            found.update(dict.fromkeys(new))
            waiting += new
        return found.keys()

    def _imports(self, file: str) -> Iterator[str]:
        """The files that one imports. What that rests on is known to the program, and concerns no answer in hand."""
        trace = self._program.trace
        before = trace.mask
        found = self._program.imports_at(file).files
        trace.mask = before
        return iter(found)

    def _walk(self, start: str) -> None:
        """Tarjan's algorithm: the files of one import cycle reach the same."""
        index = {start: 0}
        low = {start: 0}
        masks = {start: self.bit(start)}
        stack = [start]
        on_stack = {start}
        work = [(start, self._imports(start))]
        while work:
            file, rest = work[-1]
            for other in rest:
                self._importers.setdefault(other, []).append(file)
                if other in self._reached:
                    masks[file] |= self._reached[other]
                elif other not in index:
                    index[other] = low[other] = len(index)
                    masks[other] = self.bit(other)
                    stack.append(other)
                    on_stack.add(other)
                    work.append((other, self._imports(other)))
                    break
                elif other in on_stack:
                    low[file] = min(low[file], index[other])
            else:
                work.pop()
                if work:
                    parent = work[-1][0]
                    low[parent] = min(low[parent], low[file])
                    masks[parent] |= masks[file]
                if low[file] == index[file]:
                    cycle = stack[stack.index(file) :]
                    del stack[-len(cycle) :]
                    mask = 0
                    for member in cycle:
                        mask |= masks[member]
                    for member in cycle:
                        self._reached[member] = mask
                    on_stack.difference_update(cycle)
