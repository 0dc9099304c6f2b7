"""Proving the repairs of several functions by one analysis of the text that has them all.

What a repair does shows in the findings of its own function, or in those of functions that have to do with it. Repairs
of functions that do not name each other are tried together, and each is judged by what is found in its function. Where
something new is found in a function that none of them changes, each is tried alone. Several repairs of one function
are proven together only if all of them are.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from leaklint.fixes.document import Document, read
from leaklint.fixes.edits import edits
from leaklint.fixes.propose import Candidate
from leaklint.fixes.scopes import Function
from leaklint.fixes.sections import changed
from leaklint.fixes.verify import Key, key, regression
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
    def first(self) -> int:
        """The first line that it changes."""
        return min(one.line for one in self.edits)

    @property
    def last(self) -> int:
        """The last line that it changes."""
        return max(one.end_line for one in self.edits)

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
    """Whether two repairs are of different functions that do not name each other, nor their classes; or of lines of one
    function that lie apart."""
    if one.function is None or other.function is None:
        return False
    if one.function is other.function:
        return one.finding.function == other.finding.function and (one.last < other.first or other.last < one.first)
    if _function(one.finding) == _function(other.finding):
        return False
    return one.words.isdisjoint(other.names) and other.words.isdisjoint(one.names)


def verdicts(batch: Sequence[Part], before: Sequence[Finding], after: Sequence[Finding]) -> dict[Part, str]:
    """Why repairs may not stand, "" where they may, judged by what is found in their functions if all are made. Those
    that this does not tell of are left out: all where something new is found elsewhere, and those of one function
    where not every one brings its finding to an end."""
    had = Counter(map(key, before))
    new = {function for _, function, _, _ in Counter(map(key, after)) - had}
    mine: dict[str, list[Part]] = {}
    for one in batch:
        mine.setdefault(_function(one.finding), []).append(one)
    told: dict[Part, str] = {}
    for function, parts in mine.items() if new <= set(mine) else ():
        left, found = ([one for one in some if _function(one) == function] for some in (before, after))
        if len(parts) == 1:
            told[parts[0]] = regression(left, parts[0].finding, found)
        elif function not in new and not Counter(map(key, found)) - _without(left, parts):
            told.update(dict.fromkeys(parts, ""))
    return told


def _without(findings: Sequence[Finding], parts: Sequence[Part]) -> Counter[Key]:
    return Counter(map(key, findings)) - Counter(key(one.finding) for one in parts)


def _function(finding: Finding) -> str:
    return key(finding)[1]
