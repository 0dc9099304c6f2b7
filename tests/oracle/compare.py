"""Hold leaklint against the truth of a program, and run the program again as leaklint repairs it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from leaklint.api import check_source, fix_source
from tests.oracle.truth import Run, TooManyRuns, Truth, replay, truth

LEAK_CODES = ("LK10", "LK201", "LK202", "LK203", "LK204")
QUIET_EVENTS = ("release", "close")
TRIPS = "'NoneType' object"
"""A run that ends because the program takes None for a connection: a repair that asks for None saves it from that."""


@dataclasses.dataclass(frozen=True)
class Comparison:
    """missed: lines that leak in a run and are not reported, with that run; false: lines that are reported, take a
    connection in some run and never leak, with the codes; repairs: what is wrong with the repaired program."""

    text: str
    truth: Truth
    missed: Mapping[int, Run]
    false: Mapping[int, tuple[str, ...]]
    repaired: str = ""
    repairs: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """What is wrong, worst first; "" if nothing."""
        if self.missed:
            return "missed"
        if self.repairs:
            return "repair: " + self.repairs[0].partition(" (")[0]
        return (
            "false alarm: " + ", ".join(sorted({code for codes in self.false.values() for code in codes}))
            if self.false
            else ""
        )


def reported(text: str) -> dict[int, tuple[str, ...]]:
    """The lines that leaklint says leak a connection, with the codes."""
    found: dict[int, tuple[str, ...]] = {}
    for finding in check_source(text):
        if finding.code.startswith(LEAK_CODES):
            found[finding.line] = (*found.get(finding.line, ()), finding.code)
    return found


def compare(text: str, repair: bool = True) -> Comparison:
    """Truth against findings; with `repair`, the same for what `--fix` makes of the text. Raises TooManyRuns."""
    actual = truth(text)
    said = reported(text)
    missed = {line: actual.shown[line] for line in sorted(actual.leaking) if line not in said}
    false = {line: codes for line, codes in sorted(said.items()) if line in actual.safe and actual.complete}
    if false:
        safe = safe_in_any_case(text)
        false = {line: codes for line, codes in false.items() if line in safe}
    repaired = fix_source(text).text if repair and said else text
    complaints = complaints_about(repaired, text, actual, frozenset(missed)) if repaired != text else ()
    return Comparison(text, actual, missed, false, repaired, complaints)


def safe_in_any_case(text: str) -> frozenset[int]:
    """The lines that are safe even if two things fail in a run: nobody can argue about those."""
    try:
        return truth(text, faults=2).safe
    except TooManyRuns:
        return frozenset()


def complaints_about(repaired: str, text: str, before: Truth, missed: frozenset[int]) -> tuple[str, ...]:
    """What a repair did wrong: a leak that is neither gone nor reported, or a run that the leak did not concern and
    that ends in another way than before."""
    try:
        after = truth(repaired)
    except SyntaxError as error:
        return (f"does not compile ({error})",)
    complaints = []
    if not missed:
        silent = after.leaking - reported(repaired).keys()
        complaints += [
            f"leaks in silence (line {line}: {after.shown[line].fault or 'no fault'})" for line in sorted(silent)
        ]
    for run in before.runs:
        # A repair may bind the name to None beforehand; who met it unbound then meets None.
        accident = any(sign in run.ending for sign in (TRIPS, "UnboundLocalError", "cannot access free variable"))
        # A release that fails does so elsewhere once it is moved.
        again = None if run.leaked or run.rare or accident else replay(repaired, run.choices)
        if again is None:
            continue
        if again.ending != run.ending:
            complaints.append(f"ends differently ({run.fault or 'no fault'}: {run.ending}; now {again.ending})")
            break
        if doings(again) != doings(run):
            complaints.append(f"does something else ({run.fault or 'no fault'}: {doings(run)}; now {doings(again)})")
            break
    if not complaints and fix_source(repaired).text != repaired:
        complaints.append("changes again when repaired twice")
    return tuple(complaints)


def doings(run: Run) -> tuple[str, ...]:
    """What a run did, releases aside: a repair may move those."""
    return tuple(event for event in run.events if event not in QUIET_EVENTS)
