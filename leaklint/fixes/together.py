"""Proving the repairs of several functions by one analysis of the text that has them all.

What a repair does shows in the findings of its own function, or in those of functions that have to do with it. Repairs
of functions that do not name each other are tried together, and each is judged by what is found in its function. Where
something new is found in a function that none of them changes, each is tried alone.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from leaklint.fixes.document import Document, edits, read
from leaklint.fixes.propose import Candidate
from leaklint.fixes.scopes import Function
from leaklint.fixes.sections import changed
from leaklint.fixes.verify import key, regression
from leaklint.model import Edit, Finding

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, eq=False)
class Part:
    """A repair of a finding. function: the one function or method, outermost, that it changes; None: it changes
    more. words: those in it."""

    finding: Finding
    edits: Sequence[Edit]
    function: ast.stmt | None
    words: frozenset[str]

    @property
    def names(self) -> set[str]:
        """What the function is called, and its class."""
        own = {self.function.name} if isinstance(self.function, Function) else set()
        return own.union(self.finding.function.split("."))


def part(document: Document, path: str, finding: Finding, candidate: Candidate) -> Part:
    """A repair of the document's text as a part of what is tried together."""
    made = edits(path, document.text, candidate.rewrite.text)
    lost, come = changed(document.sections, read(candidate.rewrite.text).sections)
    if candidate.uncovers or len(lost) != 1 or len(come) != 1 or not isinstance(lost[0], Function):
        return Part(finding, made, None, frozenset())
    inside = [*lost[0].body, *lost[0].decorator_list, lost[0].args]
    return Part(finding, made, lost[0], frozenset(word for one in inside for word in _WORD.findall(ast.unparse(one))))


def batches(parts: Iterable[Part]) -> list[list[Part]]:
    """The repairs in groups that can be tried together."""
    found: list[list[Part]] = []
    for one in parts:
        batch = next((batch for batch in found if all(_strangers(one, other) for other in batch)), None)
        if batch is None:
            found.append([one])
        else:
            batch.append(one)
    return found


def _strangers(one: Part, other: Part) -> bool:
    """Whether two repairs are of different functions that do not name each other, nor their classes."""
    if one.function is None or other.function is None or one.function is other.function:
        return False
    if _function(one.finding) == _function(other.finding):
        return False
    return one.words.isdisjoint(other.names) and other.words.isdisjoint(one.names)


def verdicts(batch: Sequence[Part], before: Sequence[Finding], after: Sequence[Finding]) -> dict[Part, str] | None:
    """Why each repair may not stand, "" where it may, judged by what is found in its function if all are made; None
    where that does not tell."""
    had = Counter(map(key, before))
    new = Counter(map(key, after)) - had
    functions = [_function(one.finding) for one in batch]
    if not {function for _, function, _, _ in new} <= set(functions):
        return None
    return {
        one: regression(
            [other for other in before if _function(other) == function],
            one.finding,
            [other for other in after if _function(other) == function],
        )
        for one, function in zip(batch, functions)
    }


def _function(finding: Finding) -> str:
    return key(finding)[1]
