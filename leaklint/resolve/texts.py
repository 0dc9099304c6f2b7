"""The texts of the files of a project, and where in them words stand."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from leaklint.catalog import Catalog
from leaklint.ir import ModuleIR
from leaklint.lowering.positions import line_starts
from leaklint.model import Span
from leaklint.resolve import wording
from leaklint.resolve.asked import Asked
from leaklint.resolve.locations import Locations
from leaklint.resolve.roles import Role, may_be
from leaklint.resolve.spans import Spans
from leaklint.resolve.trace import Trace

MOST_TEXTS = 50
"""Texts that are kept. Others are read again: who reads them keeps the bytes, which take less room."""
MOST_SEARCHED = 200_000_000
"""Characters of a text that are searched for one word after another before all its words are looked up at once."""


class Texts(Locations):
    """read: the text of a file, or None where it cannot be read. asked: what was asked of the files."""

    def __init__(
        self,
        roots: Sequence[Path],
        read: Callable[[Path], str | None],
        catalog: Catalog,
        base: Path | None,
        trace: Trace,
    ) -> None:
        super().__init__(roots, catalog, base, trace)
        self.asked = Asked()
        self._read = read
        self._texts: dict[str, str | None] = {}
        self._words: dict[str, dict[str, list[int]]] = {}
        self._roles: dict[str, dict[tuple[str, Role], dict[int, bool]]] = {}
        self._starts: dict[str, array[int]] = {}
        self._attributes: dict[str, frozenset[str]] = {}
        self._spans: dict[str, Spans] = {}
        self._all_words: dict[str, dict[str, list[int]]] = {}

    def text_at(self, file: str) -> str | None:
        """The text of a file (its absolute path), which need not be Python; None where it cannot be read."""
        self.trace.note(("text", file))
        return self._text(file)

    def _text(self, file: str) -> str | None:
        try:
            return self._texts[file]
        except KeyError:
            text = self.overlays.get(file)
            self._texts[file] = text = text if text is not None else self._read(Path(file))
            if len(self._texts) > MOST_TEXTS:
                del self._texts[next(iter(self._texts))]
            return text

    def _text_again(self, file: str) -> str:
        return self._text(file) or ""

    def says(self, module: ModuleIR, wanted: Iterable[str]) -> bool:
        """Whether the text of a module has one of these anywhere."""
        file, wanted = self.file_of(module), tuple(wanted)
        text = self._text(file) or ""
        self.trace.note_part("scan", file, wording.says, wanted)
        pieces = self.asked.of(file).pieces
        for one in wanted:
            pieces.add(one)
            if one in text:
                return True
        return False

    def attributes_set(self, module: ModuleIR) -> frozenset[str]:
        """Names that a module's text assigns as attributes of something."""
        file = self.file_of(module)
        self.trace.note_part("scan", file, wording.attributes_assigned)
        found = self._attributes.get(file)
        if found is None:
            self.asked.of(file).attributes = True
            found = self._attributes[file] = wording.attributes_assigned(self._text(file) or "")
        return found

    def _forget_text(self, file: str) -> None:
        """Let go what is told from the text of a file."""
        told: Sequence[dict[str, Any]] = (
            self._texts,
            self._starts,
            self._words,
            self._roles,
            self._all_words,
            self._attributes,
            self._spans,
        )
        for table in told:
            table.pop(file, None)

    # -- where words stand --------------------------------------------------------------------------------------

    def lines_with(self, module: ModuleIR, word: str) -> list[int]:
        """The lines (from 1) in which the identifier `word` occurs, comments and strings included."""
        file = self.file_of(module)
        self.trace.note_part("mention", file, word)
        index = self._words.get(file)
        if index is None:
            index = self._words[file] = {}
        lines = index.get(word)
        if lines is None:
            self.asked.of(file).words.add(word)
            lines = index[word] = self._find_lines(file, word)
        return lines

    def _may_be(self, role: Role, module: ModuleIR, word: str, lines: Iterable[int]) -> Iterator[int]:
        """Those of these lines, in all of which the identifier `word` occurs, in which it may be this."""
        if self.trace.by_word:
            # There a line is told from what it was by its words alone: what else it says must not count.
            yield from lines
            return
        file = self.file_of(module)
        known = self._roles.setdefault(file, {}).setdefault((word, role), {})
        for line in lines:
            found = known.get(line)
            if found is None:
                text = self._text(file) or ""
                starts = self._line_starts(file, text)
                end = starts[line] if line < len(starts) else len(text)
                found = known[line] = may_be(role, text, word, starts[line - 1], end)
            if found:
                yield line

    def times(self, module: ModuleIR, word: str, first: int, last: int) -> int:
        """How often the identifier `word` occurs in these lines (from 1), comments and strings included."""
        lines = self.lines_with(module, word)
        within = lines[bisect_left(lines, first) : bisect_right(lines, last)]
        if not within:
            return 0
        file = self.file_of(module)
        text = self._text(file) or ""
        return wording.times(text, self._line_starts(file, text), word, within)

    def mentions(self, module: ModuleIR, span: Span, word: str, role: Role | None = None) -> bool:
        """Whether the identifier `word` occurs in the lines of `span`. role: what it may be there."""
        lines = self.lines_with(module, word)
        if role is None:
            return _has_one(lines, span)
        within = lines[bisect_left(lines, span.line) : bisect_right(lines, span.end_line)]
        return any(self._may_be(role, module, word, within))

    def mentioning(self, module: ModuleIR, word: str, role: Role | None = None) -> Iterator[str]:
        """The procedures of a module in whose lines the identifier `word` occurs, in the order in which they begin.
        role: what it may be there."""
        lines = self.lines_with(module, word)
        if role is not None:
            lines = list(self._may_be(role, module, word, lines))
        standing = self.standing_on(module, lines)
        # Decorators belong to the procedure around.
        return (name for name in standing if _has_one(lines, module.signatures[name].span))

    def standing_on(self, module: ModuleIR, lines: Sequence[int]) -> Iterator[str]:
        """The procedures of a module that stand on some of these lines, which ascend, decorators included, in the order
        in which they begin."""
        if not lines:
            return iter(())
        file = self.file_of(module)
        spans = self._spans.get(file)
        if spans is None:
            spans = self._spans[file] = Spans.of(module.extents)
        return spans.on(lines)

    def forget_words(self) -> None:
        """Let go where in the texts words stand. It is told from the texts again."""
        self._starts.clear()
        self._words.clear()
        self._roles.clear()
        self._attributes.clear()
        self._all_words.clear()
        self._spans.clear()

    def _find_lines(self, file: str, word: str) -> list[int]:
        text = self._text(file) or ""
        known = self._words[file]
        if len(known) * len(text) > MOST_SEARCHED and word.isidentifier():
            words = self._all_words.get(file)
            if words is None:
                words = self._all_words[file] = wording.lines_of_words(text, self._line_starts(file, text))
            return words.get(word, [])
        return wording.lines_with(text, self._line_starts(file, text), word) if word and word in text else []

    def _line_starts(self, file: str, text: str) -> array[int]:
        known = self._starts.get(file)
        if known is None:
            known = self._starts[file] = array("I", line_starts(text))
        return known


def _has_one(lines: Sequence[int], span: Span) -> bool:
    """Whether one of these lines, which ascend, lies in a span."""
    at = bisect_left(lines, span.line)
    return at < len(lines) and lines[at] <= span.end_line
