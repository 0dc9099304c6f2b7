"""How much work files are, and how it is cut into pieces. Told from bytes, never from clocks."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from leaklint.engine.outcome import Task
from leaklint.engine.project import Project
from leaklint.engine.worker import available_processors

_ENOUGH = 40_000_000
"""Work that repays starting other processes, in bytes that are only looked through."""
_ANALYSED = 60
"""How much more work a byte is in a file that is analysed."""
_PIECES = 24
"""Runs for each worker, so that none waits long for the others at the end."""


def jobs_for(tasks: Sequence[Task], wanted: int, project: Callable[[int], Project]) -> int:
    """How many processes to use: `wanted`; if that is 0 as many as there are processors, or one where there is too
    little to do to repay starting others. Files are looked through only until it is enough."""
    jobs = min(wanted or available_processors(), len(tasks))
    if wanted or jobs < 2:
        return max(1, jobs)
    work = 0
    for file, index in tasks:
        here = project(index)
        data = here.data(file.path)
        if data is not None:
            work += len(data) * (_ANALYSED if here.prefilter.matters(data) else 1)
        if work >= _ENOUGH:
            return jobs
    return 1


def runs_of(tasks: Sequence[Task], workers: int) -> list[list[int]]:
    """The tasks' numbers in runs of neighbours of about the same size, the largest first. Files of one directory
    below the project's root stay together as long as that leaves something for every worker."""
    sizes = [_size(file.path) for file, _ in tasks]
    total = sum(sizes)
    least, most = total / (workers * _PIECES), total / workers
    runs: list[list[int]] = []
    held = 0
    group: object = None
    for number, (file, index) in enumerate(tasks):
        here = (index, file.shown.split("/", 1)[0])
        if not runs or (held >= least and here != group) or held >= most:
            runs.append([])
            held = 0
        runs[-1].append(number)
        held += sizes[number]
        group = here
    return sorted(runs, key=lambda run: -sum(sizes[number] for number in run))


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size + 500
    except (OSError, ValueError):
        return 500
