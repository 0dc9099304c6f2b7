"""Recall and precision of reports against labels."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping

from benchmarks.accuracy.labels import Row
from benchmarks.accuracy.tools import Reports


@dataclasses.dataclass(frozen=True)
class Score:
    """Counts of labelled calls. leaks and found: of all samples; the rest of the random sample only, where the share
    of leaks is that of real code."""

    found: int = 0
    leaks: int = 0
    random_found: int = 0
    false: int = 0
    clean: int = 0
    debated: int = 0
    debatable: int = 0

    @property
    def recall(self) -> float | None:
        return self.found / self.leaks if self.leaks else None

    @property
    def precision(self) -> float | None:
        reported = self.random_found + self.false
        return self.random_found / reported if reported else None

    def __add__(self, other: Score) -> Score:
        pairs = zip(dataclasses.astuple(self), dataclasses.astuple(other), strict=True)
        return Score(*(one + two for one, two in pairs))


def is_reported(row: Row, reports: Reports) -> bool:
    return any(row.line <= line <= (row.end_line or row.line) for line in reports.get(row.path, ()))


def score(rows: Iterable[Row], reports: Mapping[str, Reports]) -> Score:
    """Rows whose source is not in `reports` were not run, and do not count."""
    total = Score()
    for row in rows:
        if row.source.key in reports:
            total += _one(row, is_reported(row, reports[row.source.key]))
    return total


def _one(row: Row, hit: bool) -> Score:
    at_random = row.sample == "random"
    if row.verdict == "debatable":
        return Score(debated=int(hit), debatable=1)
    if row.verdict == "leak":
        return Score(found=int(hit), leaks=1, random_found=int(hit and at_random))
    return Score(false=int(hit and at_random), clean=int(at_random))


@dataclasses.dataclass(frozen=True)
class PairScore:
    """Fixes: how many were reported before, how many were quiet after."""

    before: int
    after: int
    pairs: int


def score_pairs(rows: Iterable[Row], reports: Mapping[str, Reports]) -> PairScore:
    sides: dict[str, dict[str, Row]] = {}
    for row in rows:
        if row.source.key in reports:
            sides.setdefault(row.pair, {})[row.side] = row
    both = [pair for pair in sides.values() if len(pair) == 2]
    before = sum(is_reported(pair["before"], reports[pair["before"].source.key]) for pair in both)
    after = sum(not is_reported(pair["after"], reports[pair["after"].source.key]) for pair in both)
    return PairScore(before, after, len(both))
