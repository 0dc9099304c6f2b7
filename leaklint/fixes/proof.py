"""The proof of repairs: a candidate stands when the analysis of the text that it makes says so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from leaklint.fixes.document import Document, read
from leaklint.fixes.edits import BOM, apply_edits, edits
from leaklint.fixes.propose import Candidate, candidates
from leaklint.fixes.room import OutOfRoom, Room
from leaklint.fixes.together import Part, batches, part, verdicts
from leaklint.fixes.verify import key, objection, regression
from leaklint.model import Applicability, Finding, Fix
from leaklint.ownership.events import SiteReport
from leaklint.rules import UNREADABLE

Pairs = list[tuple[Finding, SiteReport | None]]
Analyze = Callable[[str], Sequence[tuple[Finding, SiteReport | None]]]
Least = Callable[[Finding], int]
"""What work it is, at least, to analyse a text in which the function of a finding reads otherwise."""
_MOST_UNCOVERED = 6
MOST_REPAIRED = 60
"""Findings of one file that each get a repair of its own."""
_PART_FOR_TRYING = 3
"""One in so many of the work that is left goes into making candidates before some are proven."""
NO_ROOM = "The repairs of this file take too much work; this one was not tried."
"""Why there is no repair where proving those of others took all the room."""
TOO_LARGE = "Its function is too large to be looked at on all its paths, which a proof would need."
TOO_DEEP = "Its statements are nested too deeply for a repair."
_NOT_ALLOWED = {
    Applicability.SAFE: "its repair is not asked for",
    Applicability.UNSAFE: "its repair may change what the code does (--unsafe-fixes applies it)",
    Applicability.DISPLAY: "nothing in this file would call the method that its repair adds; it is shown, not applied",
}


def nothing(finding: Finding) -> int:
    """Nobody knows what work a proof for a finding is."""
    return 0


@dataclass(frozen=True)
class Withheld:
    """No repair is offered; the reason is one sentence."""

    reason: str


@dataclass(frozen=True)
class _Around:
    """The text whose findings are repaired. lead: what stands in front of the body. before: all its findings."""

    lead: str
    body: str
    path: str
    before: Sequence[Finding]
    analyze: Analyze
    style: str
    room: Room

    @cached_property
    def document(self) -> Document:
        """The body, read when the first candidate is made: it may be that there is none."""
        return read(self.body)

    def try_one(self, finding: Finding) -> int:
        """Note that a candidate for a finding is made; returns the work. Raises OutOfRoom."""
        function = self.document.length_around(finding.line, finding.column)
        return self.room.tried(function, len(self.body))

    def proof(self, finding: Finding, one: Candidate) -> tuple[Fix, Pairs] | str:
        """The candidate as a repair, with the findings that are then left; or why it may not stand."""
        text = self.lead + one.rewrite.text
        after = list(self.analyze(text))
        why = regression(self.before, finding, [found for found, _ in after])
        if not why:
            return self.fix(one), after
        more = self._followed(text, after) if one.uncovers else None
        if more is None or regression(self.before, finding, [found for found, _ in more[1]]):
            return why
        return Fix(one.applicability, one.message, edits(self.path, self.body, _body(more[0])[1])), more[1]

    def fix(self, one: Candidate) -> Fix:
        """The candidate as a repair."""
        return Fix(one.applicability, one.message, edits(self.path, self.body, one.rewrite.text))

    def _followed(self, text: str, found: Pairs) -> tuple[str, Pairs] | None:
        """The text with what a repair uncovered repaired too; None where that cannot be proven."""
        for _ in range(_MOST_UNCOVERED):
            known = Counter(map(key, self.before))
            known.subtract(key(one) for one, _ in found)
            uncovered = next(((one, report) for one, report in found if known[key(one)] < 0), None)
            if uncovered is None:
                return text, found
            before = [one for one, _ in found]
            made = prove(text, self.path, *uncovered, before, self.analyze, style=self.style, room=self.room)
            if isinstance(made, Withheld) or made[0].applicability is Applicability.DISPLAY:
                return None
            text, found = apply(text, [made[0]]), made[1]
        return None


def prove(
    text: str,
    path: str,
    finding: Finding,
    report: SiteReport | None,
    before: Sequence[Finding],
    analyze: Analyze,
    *,
    style: str = "try-finally",
    allowed: Callable[[Applicability], bool] = lambda _: True,
    room: Room | None = None,
    least: Least = nothing,
) -> tuple[Fix, Pairs] | Withheld:
    """The best repair of a finding that re-analysis proves, with the findings that are then left.

    before: all findings of the text. allowed: which repairs to consider. room: for the work. least: of a proof.
    """
    if finding.function in _cut_short(before):
        return Withheld(TOO_LARGE)
    lead, body = _body(text)
    around = _Around(lead, body, path, before, analyze, style, room or Room())
    if not around.room.holds(least(finding), body):
        return Withheld(NO_ROOM)
    reason = withheld = ""
    refusals: list[str] = []
    try:
        around.try_one(finding)
        for one in candidates(body, finding, report, style, refusals):
            if not allowed(one.applicability):
                withheld = withheld or _NOT_ALLOWED[one.applicability]
                continue
            made = objection(body, one.rewrite) or around.proof(finding, one)
            if not isinstance(made, str):
                return made
            reason = reason or made
            around.try_one(finding)
    except OutOfRoom:
        return Withheld(NO_ROOM)
    except RecursionError:
        return Withheld(TOO_DEEP)
    return _withheld(withheld, refusals, reason)


def _cut_short(findings: Sequence[Finding]) -> frozenset[str]:
    """The functions that were not looked at on all their paths."""
    return frozenset(one.function for one in findings if one.code == UNREADABLE)


@dataclass(eq=False)
class _Search:
    """A finding whose repair is looked for among candidates. refusals: why there are no others. reason: why the first
    of those that were tried may not stand. least: work of a proof. made: what came of it."""

    finding: Finding
    possible: Iterator[Candidate]
    refusals: list[str]
    least: int
    reason: str = ""
    made: Fix | Withheld | Exception | None = None

    def following(self, body: str) -> Candidate | None:
        """The next candidate to which there is no objection; None where there is none, which settles it."""
        try:
            for one in self.possible:
                why = objection(body, one.rewrite)
                if not why:
                    return one
                self.reason = self.reason or why
        except Exception as error:
            self.made = _failed(error)
        else:
            self.made = _withheld("", self.refusals, self.reason)
        return None


def prove_all(
    text: str,
    path: str,
    wanted: Sequence[tuple[Finding, SiteReport | None]],
    before: Sequence[Finding],
    analyze: Analyze,
    *,
    style: str = "try-finally",
    room: Room | None = None,
    least: Least = nothing,
) -> list[Fix | Withheld | Exception]:
    """What `prove` gives for each of these findings, or raises. Candidates for several functions share an analysis."""
    lead, body = _body(text)
    around = _Around(lead, body, path, before, analyze, style, room or Room())
    too_large = _cut_short(before)
    searches = []
    for finding, report in wanted:
        refusals: list[str] = []
        possible = candidates(body, finding, report, style, refusals)
        searches.append(_Search(finding, possible, refusals, least(finding)))
        if finding.function in too_large:
            searches[-1].made = Withheld(TOO_LARGE)
    some = [one for one in searches if one.made is None and around.room.holds(one.least, body)][:MOST_REPAIRED]
    try:
        while still := [one for one in some if one.made is None]:
            tried = _tried(around, still)
            for batch in batches(tried):
                _judge(around, {piece: tried[piece] for piece in batch})
    except OutOfRoom:
        pass
    return [one.made or Withheld(NO_ROOM) for one in searches]


def _tried(around: _Around, searches: Sequence[_Search]) -> dict[Part, tuple[_Search, Candidate]]:
    """The next candidates of searches: of all, or of as many as leave most of the room for the proofs. Raises
    OutOfRoom."""
    tried: dict[Part, tuple[_Search, Candidate]] = {}
    room = around.room.left // _PART_FOR_TRYING
    for one in searches:
        if room <= 0 and one is not searches[0]:
            break
        if not around.room.holds(one.least, around.body):
            one.made = Withheld(NO_ROOM)
            continue
        room -= around.try_one(one.finding)
        candidate = one.following(around.body)
        if candidate is not None:
            try:
                tried[part(around.document, around.path, one.finding, candidate)] = one, candidate
            except RecursionError as error:
                one.made = _failed(error)
    return tried


def _judge(around: _Around, tried: Mapping[Part, tuple[_Search, Candidate]]) -> None:
    """Prove candidates, by one analysis if that tells of each whether it may stand."""
    told = _together(around, list(tried)) if len(tried) > 1 else {}
    for piece, (search, candidate) in tried.items():
        if piece in told:
            search.reason = search.reason or told[piece]
            search.made = None if told[piece] else around.fix(candidate)
            continue
        try:
            made = around.proof(search.finding, candidate)
        except OutOfRoom:
            raise
        except Exception as error:
            search.made = _failed(error)
            continue
        if isinstance(made, str):
            search.reason = search.reason or made
        else:
            search.made = made[0]


def _together(around: _Around, pieces: Sequence[Part]) -> dict[Part, str]:
    """Why candidates may not stand, "" where they may, as far as their text as a whole tells."""
    try:
        text = apply_edits(around.body, [edit for one in pieces for edit in one.edits])
        after = around.analyze(around.lead + text)
    except OutOfRoom:
        raise
    except Exception:
        return {}  # which of them it was, shows when each is tried alone
    return verdicts(pieces, around.before, [found for found, _ in after])


def apply(text: str, fixes: Sequence[Fix]) -> str:
    """The text with the edits of these repairs. Raises ValueError where they overlap."""
    return apply_edits(text, [edit for fix in fixes for edit in fix.edits])


def _body(text: str) -> tuple[str, str]:
    return (BOM, text[1:]) if text.startswith(BOM) else ("", text)


def _failed(error: Exception) -> Withheld | Exception:
    """What comes of a search that ended so."""
    return Withheld(TOO_DEEP) if isinstance(error, RecursionError) else error


def _withheld(withheld: str, refusals: Sequence[str], reason: str) -> Withheld:
    why = withheld or next(iter(refusals), "") or reason or "no repair answers this rule"
    return Withheld(why[:1].upper() + why[1:].rstrip(".") + ".")
