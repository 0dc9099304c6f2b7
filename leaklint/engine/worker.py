"""Checks files, keeping for each of the settings what its files share."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from leaklint.config import Settings
from leaklint.engine.one_file import Analyze, Outcome, check_file
from leaklint.engine.project import Project
from leaklint.source.discover import File

Task = tuple[File, int]
"""A file and the index of its settings."""

FEWEST = 24
"""Files that repay starting other processes."""


class Worker:
    """What one process keeps from file to file."""

    def __init__(
        self,
        settings: Sequence[Settings],
        cwd: str,
        analyze: Analyze,
        texts: Mapping[str, bytes] | None = None,
        *,
        propose: bool = False,
    ) -> None:
        self.settings = settings
        self.cwd = cwd
        self.analyze = analyze
        self.texts = texts
        self.propose = propose
        self.projects: dict[int, Project] = {}

    def project(self, index: int) -> Project:
        """What the files of the settings with this index share."""
        known = self.projects.get(index)
        if known is None:
            known = self.projects[index] = Project(self.settings[index], self.cwd, self.texts)
        return known

    def check(self, task: Task) -> Outcome:
        """Check one file."""
        file, index = task
        return check_file(self.project(index), file, self.analyze, propose=self.propose)


def jobs_for(files: int, wanted: int) -> int:
    """How many processes to use: `wanted`, or as many as there are processors if that is 0; one where the files are
    too few to repay starting others."""
    if wanted == 1 or files < FEWEST:
        return 1
    return max(1, min(wanted or available_processors(), files // (FEWEST // 2)))


def available_processors() -> int:
    """Processors that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
