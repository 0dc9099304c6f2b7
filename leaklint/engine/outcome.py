"""What goes into checking files and what comes out. Pure data: a run that finds all of it kept loads nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import msgspec

from leaklint.config import Settings
from leaklint.model import Finding
from leaklint.report.content import Suppressed
from leaklint.source.discover import File
from leaklint.source.problem import Problem

if TYPE_CHECKING:
    from leaklint.engine.grounds import Grounds, News
    from leaklint.engine.project import Project, Unit
    from leaklint.ownership.events import SiteReport

    Found = tuple[Finding, SiteReport | None]
    """A finding with what was seen at its site, from which a repair starts."""
    Analyze = Callable[[Project, Unit], Sequence[Found]]

Task = tuple[File, int]
"""A file and the index of its settings."""


class Outcome(msgspec.Struct, frozen=True):
    """What one file gives. findings: let through, sorted. read: whether its text was looked at."""

    findings: tuple[Finding, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    problem: Problem | None = None
    read: bool = True


class Setting(msgspec.Struct, frozen=True):
    """What a worker starts with. propose: give findings their repairs. keep: tell what outcomes rest on.
    thorough: look at every file and every function. remembering: keep what it takes to look again at what changed only;
    that repays where one file is repaired again and again, and not where each of its findings is repaired once."""

    settings: Sequence[Settings]
    cwd: str
    analyze: Analyze
    propose: bool = False
    keep: bool = False
    thorough: bool = False
    remembering: bool = False


class Checked(msgspec.Struct, frozen=True):
    """What one worker found out: an outcome for each task, what each rests on, and what was met, by settings."""

    outcomes: list[Outcome]
    grounds: list[Grounds | None]
    process: str
    news: dict[int, News]
