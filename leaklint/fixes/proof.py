"""The proof of repairs: a candidate stands when the analysis of the text that it makes says so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from leaklint.fixes.document import Document, read
from leaklint.fixes.edits import BOM, apply_edits, edits
from leaklint.fixes.propose import Candidate, candidates
from leaklint.fixes.together import Part, batches, part, verdicts
from leaklint.fixes.verify import key, objection, regression
from leaklint.model import Applicability, Finding, Fix
from leaklint.ownership.events import SiteReport

Pairs = list[tuple[Finding, SiteReport | None]]
Analyze = Callable[[str], Sequence[tuple[Finding, SiteReport | None]]]
_MOST_UNCOVERED = 6
_NOT_ALLOWED = {
    Applicability.SAFE: "its repair is not asked for",
    Applicability.UNSAFE: "its repair may change what the code does (--unsafe-fixes applies it)",
    Applicability.DISPLAY: "nothing in this file would call the method that its repair adds; it is shown, not applied",
}


@dataclass(frozen=True)
class Withheld:
    """No repair is offered; the reason is one sentence."""

    reason: str


@dataclass(frozen=True)
class _Around:
    """The text whose findings are repaired. lead: what stands in front of what the document holds. before: all its
    findings."""

    lead: str
    document: Document
    path: str
    before: Sequence[Finding]
    analyze: Analyze
    style: str

    def proof(self, finding: Finding, one: Candidate) -> tuple[Fix, Pairs] | str:
        """The candidate as a repair, with the findings that are then left; or why it may not stand."""
        text = self.lead + one.rewrite.text
        after = list(self.analyze(text))
        why = regression(self.before, finding, [found for found, _ in after])
        if not why:
            return self.fix(one), after
        more = _followed(text, self.path, self.before, after, self.analyze, self.style) if one.uncovers else None
        if more is None or regression(self.before, finding, [found for found, _ in more[1]]):
            return why
        return Fix(one.applicability, one.message, edits(self.path, self.document.text, _body(more[0])[1])), more[1]

    def fix(self, one: Candidate) -> Fix:
        """The candidate as a repair."""
        return Fix(one.applicability, one.message, edits(self.path, self.document.text, one.rewrite.text))


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
) -> tuple[Fix, Pairs] | Withheld:
    """The best repair of a finding that re-analysis proves, with the findings that are then left.

    before: all findings of the text. allowed: which repairs to consider.
    """
    lead, body = _body(text)
    around = _Around(lead, read(body), path, before, analyze, style)
    reason = withheld = ""
    refusals: list[str] = []
    for one in candidates(body, finding, report, style, refusals):
        if not allowed(one.applicability):
            withheld = withheld or _NOT_ALLOWED[one.applicability]
            continue
        made = objection(body, one.rewrite) or around.proof(finding, one)
        if not isinstance(made, str):
            return made
        reason = reason or made
    return _withheld(withheld, refusals, reason)


def _followed(
    text: str, path: str, before: Sequence[Finding], found: Pairs, analyze: Analyze, style: str
) -> tuple[str, Pairs] | None:
    """The text with what a repair uncovered repaired too; None where that cannot be proven."""
    for _ in range(_MOST_UNCOVERED):
        known = Counter(map(key, before))
        known.subtract(key(one) for one, _ in found)
        uncovered = next(((one, report) for one, report in found if known[key(one)] < 0), None)
        if uncovered is None:
            return text, found
        made = prove(text, path, *uncovered, [one for one, _ in found], analyze, style=style)
        if isinstance(made, Withheld) or made[0].applicability is Applicability.DISPLAY:
            return None
        text, found = apply(text, [made[0]]), made[1]
    return None


@dataclass(eq=False)
class _Search:
    """A finding whose repair is looked for among candidates. refusals: why there are no others. reason: why the first
    of those that were tried may not stand. made: what came of it."""

    finding: Finding
    possible: Iterator[Candidate]
    refusals: list[str]
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
            self.made = error
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
) -> list[Fix | Withheld | Exception]:
    """What `prove` gives for each of these findings, or raises. Candidates for several functions share an analysis."""
    lead, body = _body(text)
    around = _Around(lead, read(body), path, before, analyze, style)
    searches = []
    for finding, report in wanted:
        refusals: list[str] = []
        searches.append(_Search(finding, candidates(body, finding, report, style, refusals), refusals))
    still = searches
    while still:
        tried: dict[Part, tuple[_Search, Candidate]] = {}
        for one in still:
            candidate = one.following(body)
            if candidate is not None:
                tried[part(around.document, path, one.finding, candidate)] = one, candidate
        for batch in batches(tried):
            _judge(around, {piece: tried[piece] for piece in batch})
        still = [one for one in still if one.made is None]
    return [one.made for one in searches if one.made is not None]


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
        except Exception as error:
            search.made = error
            continue
        if isinstance(made, str):
            search.reason = search.reason or made
        else:
            search.made = made[0]


def _together(around: _Around, pieces: Sequence[Part]) -> dict[Part, str]:
    """Why candidates may not stand, "" where they may, as far as their text as a whole tells."""
    try:
        text = apply_edits(around.document.text, [edit for one in pieces for edit in one.edits])
        after = around.analyze(around.lead + text)
    except Exception:
        return {}  # which of them it was, shows when each is tried alone
    return verdicts(pieces, around.before, [found for found, _ in after])


def apply(text: str, fixes: Sequence[Fix]) -> str:
    """The text with the edits of these repairs. Raises ValueError where they overlap."""
    return apply_edits(text, [edit for fix in fixes for edit in fix.edits])


def _body(text: str) -> tuple[str, str]:
    return (BOM, text[1:]) if text.startswith(BOM) else ("", text)


def _withheld(withheld: str, refusals: Sequence[str], reason: str) -> Withheld:
    why = withheld or next(iter(refusals), "") or reason or "no repair answers this rule"
    return Withheld(why[:1].upper() + why[1:].rstrip(".") + ".")
