"""Many files over several processes, or over any executor, with the same result as over one.

Files go to workers in runs of neighbours, so that a worker looks once at the modules that they share. A worker that
dies takes the runs in flight with it; their files are then checked one by one, and the one that kills is named.
"""

from __future__ import annotations

import multiprocessing
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait

from leaklint.engine.one_file import internal_error
from leaklint.engine.outcome import Checked, Outcome, Setting, Task
from leaklint.engine.sizing import runs_of
from leaklint.engine.worker import Worker
from leaklint.garbage import collect_seldom, give_back

_local = threading.local()
Hear = Callable[[Checked, Sequence[int]], None]
"""Told what was found out about which tasks."""


def _start(setting: Setting) -> None:
    collect_seldom()
    _local.worker = Worker(setting)


def _check_run(tasks: Sequence[Task], over: Sequence[int] = ()) -> Checked:
    """Check the files of a run. over: the settings of which no more files will come to any process."""
    worker: Worker = _local.worker
    for index in over:
        # What was met there has been told with the runs before.
        worker.end(index)
    told = worker.tell(worker.check_all(tasks))
    worker.turn()
    give_back()
    return told


def check_there(setting: Setting, run: str, tasks: Sequence[Task]) -> Checked:
    """Check files in whatever thread of whatever process an executor took for it. What is known of the program stays
    there for the next files of the same run of leaklint, and no longer: files may have changed by the next one."""
    if getattr(_local, "run", None) != run:
        _local.worker, _local.run = Worker(setting), run
    return _check_run(tasks)


def check_in_processes(tasks: Sequence[Task], setting: Setting, *, jobs: int, hear: Hear) -> None:
    """Check files in `jobs` processes of this machine."""
    round_ = _Round(tasks, setting, hear)
    with _processes(setting, jobs) as executor:
        runs = runs_of(tasks, jobs)
        over = _over(tasks, runs)
        lost = round_.together(
            runs, lambda run: executor.submit(_check_run, [tasks[index] for index in run], over[run[0]]), executor
        )
    for one in lost:
        round_.one_by_one(one)


def check_with(executor: Executor, tasks: Sequence[Task], setting: Setting, *, hear: Hear) -> None:
    """Check files with an executor that is there. Its workers have to see the files under the same paths, and to have
    this version of leaklint. What they fail at is checked here."""
    import uuid

    name = uuid.uuid4().hex
    round_ = _Round(tasks, setting, hear)
    parts = max(2, int(getattr(executor, "_max_workers", 0) or 8))
    lost = round_.together(
        runs_of(tasks, parts),
        lambda run: executor.submit(check_there, setting, name, [tasks[index] for index in run]),
        executor,
        ends=False,
    )
    for one in lost:
        round_.one_by_one(one)


def _over(tasks: Sequence[Task], runs: Sequence[Sequence[int]]) -> dict[int, list[int]]:
    """First file of each run -> the settings whose last files are in a run before. Processes take the runs in order."""
    last = {tasks[index][1]: number for number, run in enumerate(runs) for index in run}
    return {
        run[0]: [settings for settings, at in last.items() if at < number] for number, run in enumerate(runs) if run
    }


def _processes(setting: Setting, jobs: int) -> ProcessPoolExecutor:
    # Forking shares what is already loaded; elsewhere than on Linux it is not safe.
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    return ProcessPoolExecutor(jobs, mp_context=context, initializer=_start, initargs=(setting,))


class _Round:
    """The tasks of one run of leaklint."""

    def __init__(self, tasks: Sequence[Task], setting: Setting, hear: Hear) -> None:
        self.tasks = tasks
        self.setting = setting
        self.hear = hear

    def together(
        self,
        runs: Sequence[Sequence[int]],
        submit: Callable[[Sequence[int]], Future[Checked]],
        executor: Executor,
        *,
        ends: bool = True,
    ) -> list[Sequence[int]]:
        """Check runs side by side; returns those that a dying process took away. ends: the executor is ours."""
        lost: list[Sequence[int]] = []
        futures: dict[Future[Checked], Sequence[int]] = {}
        try:
            for run in runs:
                try:
                    futures[submit(run)] = run
                except BrokenExecutor:
                    lost.append(run)
            pending, order = set(futures), {future: number for number, future in enumerate(futures)}
            while pending:
                done, pending = wait(pending, return_when=FIRST_COMPLETED)
                # What one process tells builds on what it told before.
                for future in sorted(done, key=order.__getitem__):
                    self._take(futures[future], future, lost)
        except BaseException:
            for future in futures:
                future.cancel()
            if ends:
                executor.shutdown(wait=False, cancel_futures=True)
            raise
        return sorted(lost, key=lambda run: run[0])

    def _take(self, run: Sequence[int], future: Future[Checked], lost: list[Sequence[int]]) -> None:
        try:
            checked = future.result()
        except Exception:
            # Whatever happened to the process, or on the way to it: the files are looked at once more.
            lost.append(run)
            return
        self.hear(checked, run)

    def one_by_one(self, run: Sequence[int]) -> None:
        """Check the files of a run one at a time, each in a process whose death says which file it was."""
        left = list(run)
        while left:
            with _processes(self.setting, 1) as executor:
                while left:
                    index = left.pop(0)
                    try:
                        checked = executor.submit(_check_run, [self.tasks[index]]).result()
                    except BrokenExecutor:
                        what = "the process that checked it died"
                        outcome = Outcome(problem=internal_error(self.tasks[index][0].shown, what))
                        self.hear(Checked([outcome], [None], "", {}), [index])
                        break
                    self.hear(checked, [index])
