"""What a run has to tell, before anything decides how it looks. Pure data, shared by every format."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import msgspec

from leaklint.model import Finding

if TYPE_CHECKING:
    from leaklint.capacity.model import Budget

BaselineState = Literal["new", "unchanged"]


def no_sources(path: str) -> None:
    """The `sources` of a report whose files cannot be shown."""


class Suppressed(msgspec.Struct, frozen=True, kw_only=True):
    """A finding that a comment (`inSource`) or the configuration (`external`) silenced, and the reason it gives."""

    finding: Finding
    kind: Literal["inSource", "external"] = "inSource"
    reason: str = ""


class Baseline(msgspec.Struct, frozen=True, kw_only=True):
    """How a run compares with its baseline file.

    `new` and `unchanged` count findings of this run, `gone` those of the baseline that no longer occur. `states` goes
    beside `Report.findings`, one each; it may be empty, and then every reported finding is new.
    """

    path: str = ""
    new: int = 0
    unchanged: int = 0
    gone: int = 0
    states: tuple[BaselineState, ...] = ()


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A finished run.

    findings       already filtered, and sorted by `Finding.sort_key`; fixed ones are not among them
    problems       one line of text each: unreadable files and the like. Whoever runs the check prints them to stderr;
                   sarif, junit and html hold them too, text counts them
    files_checked  how many files were read
    fixed          rule code -> number of findings that fixes removed in this run
    withheld       how many fixes could not be proven by re-analysis and were not applied
    seconds        wall-clock time; shown only by text and html
    version        leaklint's own
    baseline       None where the run has no baseline
    suppressed     silenced findings, for the formats that can say so (sarif)
    fingerprints   beside `findings`, one each, stable across moved lines; unless all differ, reports make their own
    sources        gives the lines of a file, without their ends, by the path in findings; None where it cannot
    budget         the pools against the database's limit, for the format that draws them (html); None without pools
    """

    findings: tuple[Finding, ...] = ()
    problems: tuple[str, ...] = ()
    files_checked: int = 0
    fixed: Mapping[str, int] = {}
    withheld: int = 0
    seconds: float = 0.0
    version: str = ""
    baseline: Baseline | None = None
    suppressed: tuple[Suppressed, ...] = ()
    fingerprints: tuple[str, ...] = ()
    sources: Callable[[str], Sequence[str] | None] = no_sources
    budget: Budget | None = None


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How to show it: ANSI colours, the width of a terminal line in columns, and whether paths are drawn."""

    color: bool = False
    width: int = 100
    show_witness: bool = True
