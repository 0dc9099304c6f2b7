"""Many files over several processes, with the same result as over one.

Files go to workers in runs of neighbours, so that a worker lowers the modules that they share once. A worker that dies
takes the runs in flight with it; their files are then checked one by one, and the one that kills is named.
"""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool

from leaklint.config import Settings
from leaklint.engine.one_file import Analyze, Outcome, internal_error
from leaklint.engine.worker import Task, Worker

Setting = tuple[Sequence[Settings], str, Analyze, bool]
"""What a worker starts with: settings, working directory, the analysis, and whether to propose repairs."""

_LONGEST_RUN = 24
_worker: Worker | None = None


def _start(settings: Sequence[Settings], cwd: str, analyze: Analyze, propose: bool) -> None:
    global _worker
    _worker = Worker(settings, cwd, analyze, propose=propose)


def _check_run(tasks: Sequence[Task]) -> list[Outcome]:
    assert _worker is not None
    return [_worker.check(task) for task in tasks]


def check_in_processes(
    tasks: Sequence[Task], setting: Setting, *, jobs: int, advance: Callable[[int, int], None]
) -> list[Outcome]:
    """Outcomes beside the tasks, of `jobs` processes. `advance` is told how many of how many files are done."""
    round_ = _Round(tasks, setting, advance)
    size = max(1, min(_LONGEST_RUN, len(tasks) // (jobs * 4)))
    runs = [range(start, min(start + size, len(tasks))) for start in range(0, len(tasks), size)]
    for run in round_.together(runs, jobs):
        round_.one_by_one(run)
    return [outcome for outcome in round_.found if outcome is not None]


class _Round:
    """The tasks of one run of leaklint and the outcomes so far."""

    def __init__(
        self,
        tasks: Sequence[Task],
        setting: Setting,
        advance: Callable[[int, int], None],
    ) -> None:
        self.tasks = tasks
        self.setting = setting
        self.advance = advance
        self.found: list[Outcome | None] = [None] * len(tasks)
        self.done = 0

    def together(self, runs: Sequence[range], jobs: int) -> list[range]:
        """Check runs in `jobs` processes; returns those that a dying process took away."""
        lost: list[range] = []
        with self._executor(jobs) as executor:
            try:
                futures = self._submit(executor, runs, lost)
                pending = set(futures)
                while pending:
                    done, pending = wait(pending, return_when=FIRST_COMPLETED)
                    for future in done:
                        self._take(futures[future], future, lost)
            except BaseException:
                executor.shutdown(wait=False, cancel_futures=True)
                raise
        return sorted(lost, key=lambda run: run.start)

    def one_by_one(self, run: range) -> None:
        """Check the files of a run one at a time, each in a process whose death says which file it was."""
        index = run.start
        while index < run.stop:
            with self._executor(1) as executor:
                alive = True
                while alive and index < run.stop:
                    try:
                        outcome = executor.submit(_check_run, [self.tasks[index]]).result()[0]
                    except BrokenProcessPool:
                        what = "the process that checked it died"
                        outcome = Outcome(problem=internal_error(self.tasks[index][0].shown, what))
                        alive = False
                    self._put(index, outcome)
                    index += 1

    def _submit(
        self, executor: ProcessPoolExecutor, runs: Sequence[range], lost: list[range]
    ) -> dict[Future[list[Outcome]], range]:
        futures = {}
        for run in runs:
            try:
                futures[executor.submit(_check_run, [self.tasks[index] for index in run])] = run
            except BrokenProcessPool:
                lost.append(run)
        return futures

    def _take(self, run: range, future: Future[list[Outcome]], lost: list[range]) -> None:
        try:
            outcomes = future.result()
        except BrokenProcessPool:
            lost.append(run)
            return
        for index, outcome in zip(run, outcomes):
            self._put(index, outcome)

    def _put(self, index: int, outcome: Outcome) -> None:
        self.found[index] = outcome
        self.done += 1
        self.advance(self.done, len(self.tasks))

    def _executor(self, jobs: int) -> ProcessPoolExecutor:
        # Forking shares what is already loaded; elsewhere than on Linux it is not safe.
        context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
        return ProcessPoolExecutor(jobs, mp_context=context, initializer=_start, initargs=self.setting)
