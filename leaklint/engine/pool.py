"""Many files over several processes, with the same result as over one.

Files go to workers in runs of neighbours, so that a worker lowers the modules that they share once. A worker that dies
takes its run with it; the files of the run are then checked one by one, and the one that kills is named.
"""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool

from leaklint.config import Settings
from leaklint.engine.one_file import Analyze, Outcome, internal_error
from leaklint.engine.worker import Task, Worker

_LONGEST_RUN = 24

_worker: Worker | None = None


def _start(settings: Sequence[Settings], cwd: str, analyze: Analyze) -> None:
    global _worker
    _worker = Worker(settings, cwd, analyze)


def _check_run(tasks: Sequence[Task]) -> list[Outcome]:
    assert _worker is not None
    return [_worker.check(task) for task in tasks]


def check_in_processes(
    tasks: Sequence[Task],
    settings: Sequence[Settings],
    cwd: str,
    analyze: Analyze,
    *,
    jobs: int,
    advance: Callable[[int], None],
) -> list[Outcome]:
    """Outcomes beside the tasks, of `jobs` processes. `advance` is told how many more files are done."""
    found: list[Outcome | None] = [None] * len(tasks)
    with _Pool(settings, cwd, analyze, jobs) as pool:
        size = max(1, min(_LONGEST_RUN, len(tasks) // (pool.jobs * 4)))
        runs = [range(start, min(start + size, len(tasks))) for start in range(0, len(tasks), size)]
        dead = list(pool.check_runs(tasks, runs, found, advance))
    for run in dead:
        _check_alone(tasks, run, found, (settings, cwd, analyze), advance)
    return [outcome for outcome in found if outcome is not None]


class _Pool:
    def __init__(self, settings: Sequence[Settings], cwd: str, analyze: Analyze, jobs: int) -> None:
        self.jobs = jobs
        self._executor = ProcessPoolExecutor(
            jobs, mp_context=_context(), initializer=_start, initargs=(settings, cwd, analyze)
        )

    def __enter__(self) -> _Pool:
        return self

    def __exit__(self, *exception: object) -> None:
        self._executor.shutdown(wait=True, cancel_futures=True)

    def check_runs(
        self, tasks: Sequence[Task], runs: Sequence[range], found: list[Outcome | None], advance: Callable[[int], None]
    ) -> Iterator[range]:
        """Fill `found`; yields the runs whose outcome a dead worker took away."""
        futures: dict[Future[list[Outcome]], range] = {}
        lost: list[range] = []
        for run in runs:
            try:
                futures[self._executor.submit(_check_run, [tasks[index] for index in run])] = run
            except BrokenProcessPool:
                lost.append(run)
        pending = set(futures)
        while pending:
            done, pending = wait(pending, return_when=FIRST_COMPLETED)
            for future in done:
                run = futures[future]
                try:
                    outcomes = future.result()
                except BrokenProcessPool:
                    lost.append(run)
                    continue
                for index, outcome in zip(run, outcomes):
                    found[index] = outcome
                advance(len(run))
        yield from sorted(lost, key=lambda run: run.start)


def _check_alone(
    tasks: Sequence[Task],
    run: range,
    found: list[Outcome | None],
    setting: tuple[Sequence[Settings], str, Analyze],
    advance: Callable[[int], None],
) -> None:
    """Check the files of a run one at a time, each in a process whose death says which file it was."""
    index = run.start
    while index < run.stop:
        with ProcessPoolExecutor(1, mp_context=_context(), initializer=_start, initargs=setting) as executor:
            while index < run.stop:
                try:
                    found[index] = executor.submit(_check_run, [tasks[index]]).result()[0]
                except BrokenProcessPool:
                    died = internal_error(tasks[index][0].shown, "the process that checked it died")
                    found[index] = Outcome(problem=died)
                    index += 1
                    advance(1)
                    break
                index += 1
                advance(1)


def _context() -> multiprocessing.context.BaseContext:
    """Forking shares what is already loaded; elsewhere than on Linux it is not safe."""
    return multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
