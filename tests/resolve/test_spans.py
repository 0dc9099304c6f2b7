"""Which procedures stand on a line, and on which lines which words stand."""

from __future__ import annotations

import random

from leaklint.lowering import lower_module
from leaklint.lowering.positions import line_starts
from leaklint.resolve import wording
from leaklint.resolve.spans import Spans
from leaklint.source.occurrences import in_word

TEXT = """\
import os
class A:
    @os.path
    def f(self, x=lambda: 1): return (lambda a: a,
        lambda b: [b
          for c in b]); g = 1
    def g(self):
        def h():
            class B: pass
        return {lambda:
            0, lambda: é_1}
def é(os): return os
"""


def test_the_procedures_on_some_lines_are_those_whose_spans_hold_one() -> None:
    signatures = lower_module(TEXT, "a.py", "a").signatures
    extents = {name: (one.span.line, one.span.end_line) for name, one in signatures.items()}
    spans, count = Spans.of(extents), TEXT.count("\n")
    chance = random.Random(1)
    for _ in range(300):
        lines = sorted(chance.sample(range(1, count + 1), chance.randrange(count)))
        standing = {name for name, (first, last) in extents.items() if any(first <= line <= last for line in lines)}
        found = list(spans.on(lines))
        assert set(found) == standing
        assert len(found) == len(standing)
        assert [extents[name][0] for name in found] == sorted(extents[name][0] for name in found)


def test_all_words_at_once_stand_where_each_is_found() -> None:
    starts = line_starts(TEXT)
    found = wording.lines_of_words(TEXT, starts)
    words = {word for word in "".join(one if in_word(one) else " " for one in TEXT).split() if word.isidentifier()}
    assert {word: found[word] for word in words} == {word: wording.lines_with(TEXT, starts, word) for word in words}
    assert found.keys() - words == {"0", "1"}
