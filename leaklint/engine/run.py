"""A whole run: from the paths on the command line to everything that is to be reported."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from leaklint.config import ConfigError, Settings, SettingsFinder
from leaklint.engine.analyze import analyze_file
from leaklint.engine.outcome import Checked, Outcome, Setting, Task
from leaklint.engine.selection import check_selectors
from leaklint.model import Finding, LeaklintError
from leaklint.report.content import Suppressed
from leaklint.source.discover import File, discover
from leaklint.source.problem import Problem

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from leaklint.engine.outcome import Analyze
    from leaklint.engine.project import Project

Advance = Callable[[int, int], None]


class Result(msgspec.Struct, frozen=True):
    """What a run found. findings: sorted by `Finding.sort_key`. files: those that were looked at, problems those and
    other paths that could not be."""

    findings: tuple[Finding, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    problems: tuple[Problem, ...] = ()
    files: tuple[File, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether something went wrong that ends the run with status 2."""
        return any(problem.fatal for problem in self.problems)


class Plan(msgspec.Struct, frozen=True):
    """The files of a run with the index of their settings, and what went wrong while looking for them.

    texts: what to take for the content of files, by absolute path.
    """

    tasks: tuple[Task, ...]
    settings: tuple[Settings, ...]
    problems: tuple[Problem, ...]
    texts: Mapping[str, bytes] = {}

    @property
    def files(self) -> tuple[File, ...]:
        """The files alone."""
        return tuple(file for file, _ in self.tasks)


def plan(paths: Sequence[str], finder: SettingsFinder) -> Plan:
    """Find the files that `paths` mean, and check their settings as far as that is possible without looking at them."""
    discovery = discover(paths, finder)
    return _planned(discovery.files, discovery.problems, finder, {})


def plan_texts(texts: Mapping[str, bytes], finder: SettingsFinder) -> Plan:
    """A plan for texts that stand for the content of files, which need not exist; keys are their names, as shown."""
    paths = {name: os.path.normpath(os.path.join(finder.cwd, name)) for name in texts}
    files = [File(name.replace(os.sep, "/"), paths[name], named=True) for name in sorted(texts)]
    return _planned(files, (), finder, {paths[name]: data for name, data in texts.items()})


def _planned(
    files: Sequence[File], problems: Sequence[Problem], finder: SettingsFinder, texts: Mapping[str, bytes]
) -> Plan:
    settings: list[Settings] = []
    indexes: dict[int, int | None] = {}
    tasks: list[Task] = []
    told = list(problems)
    for file in files:
        try:
            found = finder.for_file(file.path)
        except ConfigError as error:
            told += [Problem(line, fatal=True) for line in str(error).split("\n")]
            continue
        if id(found) not in indexes:
            wrong = _wrong(found)
            told += [Problem(line, fatal=True) for line in wrong]
            indexes[id(found)] = None if wrong else len(settings)
            settings += [] if wrong else [found]
        index = indexes[id(found)]
        if index is not None:
            tasks.append((file, index))
    narrowed = [_narrowed(one, tasks, index) if one.makeshift else one for index, one in enumerate(settings)]
    return Plan(tuple(tasks), tuple(narrowed), tuple(sorted(set(told))), texts)


def _narrowed(settings: Settings, tasks: Sequence[Task], index: int) -> Settings:
    """The settings of these tasks whose root is but the working directory, with the parts of it that they lie in: from
    a home directory, or from /, nobody means all that is there."""
    inside = settings.root.rstrip(os.sep) + os.sep
    parts = set()
    for file, of in tasks:
        if of == index and file.path.startswith(inside):
            part, _, rest = file.path[len(inside) :].partition(os.sep)
            if not rest:
                return settings
            parts.add(inside + part)
    return msgspec.structs.replace(settings, parts=tuple(sorted(parts)))


def _wrong(settings: Settings) -> list[str]:
    """A line for each thing in the settings that only the rules and the catalog can judge."""
    found = check_selectors(settings)
    if not (settings.resource or settings.libraries):
        return found
    from leaklint.engine.project import declared_resources, unknown_libraries

    found += unknown_libraries(settings)
    try:
        declared_resources(settings)
    except LeaklintError as error:
        found += str(error).split("\n")
    return found


def ignore_progress(done: int, total: int) -> None:
    """The `advance` of a run that nobody watches."""


def check(
    paths: Sequence[str],
    finder: SettingsFinder,
    *,
    jobs: int = 0,
    executor: Executor | None = None,
    propose: bool = False,
    cache: bool = False,
    thorough: bool = False,
    analyze: Analyze = analyze_file,
    advance: Advance = ignore_progress,
) -> Result:
    """Check the files that `paths` mean. The result depends neither on the order of paths nor on `jobs`, `executor`,
    `cache` and `thorough`.

    jobs: processes to use, 0 for as many as there are processors. executor: what to use in place of processes of this
    machine. propose: give findings the repairs that are proven for them. cache: use and keep results of other runs.
    thorough: analyse every function of every file, also those that cannot matter. advance: told how many of how many
    files are done.
    """
    planned = plan(paths, finder)
    found = outcomes(
        planned,
        finder.cwd,
        jobs=jobs,
        executor=executor,
        propose=propose,
        cache=cache,
        thorough=thorough,
        analyze=analyze,
        advance=advance,
    )
    return gather(planned, found)


def check_texts(
    texts: Mapping[str, bytes], finder: SettingsFinder, *, propose: bool = False, analyze: Analyze = analyze_file
) -> Result:
    """Check texts that stand for the content of files, which need not exist; keys are their names, as shown."""
    planned = plan_texts(texts, finder)
    return gather(planned, outcomes(planned, finder.cwd, jobs=1, propose=propose, analyze=analyze))


def outcomes(
    planned: Plan,
    cwd: str,
    *,
    jobs: int,
    analyze: Analyze,
    executor: Executor | None = None,
    propose: bool = False,
    cache: bool = False,
    thorough: bool = False,
    advance: Advance = ignore_progress,
) -> list[Outcome]:
    """Check the files of a plan; outcomes stand beside its tasks."""
    kept = None
    if cache and not planned.texts and analyze is analyze_file:
        from leaklint.engine.kept import Kept

        kept = Kept(planned.settings, cwd, propose=propose, thorough=thorough)
    found: list[Outcome | None] = kept.recall(planned.tasks) if kept is not None else [None] * len(planned.tasks)
    left = [number for number, outcome in enumerate(found) if outcome is None]
    done = len(found) - len(left)

    def hear(checked: Checked, numbers: Sequence[int]) -> None:
        nonlocal done
        for at, outcome in zip(numbers, checked.outcomes):
            found[left[at]] = outcome
        if kept is not None:
            kept.hear(checked, [planned.tasks[left[at]] for at in numbers])
        if numbers:
            done += len(numbers)
            advance(done, len(found))

    tasks = [planned.tasks[number] for number in left]
    setting = Setting(planned.settings, cwd, analyze, propose=propose, keep=kept is not None, thorough=thorough)
    quiet = kept.quiet(tasks) if kept is not None else []
    projects = kept.projects(tasks) if kept is not None and len(quiet) < len(tasks) else {}
    _check(tasks, setting, planned.texts, jobs, executor, hear, quiet, projects)
    if kept is not None:
        kept.save()
    return [outcome for outcome in found if outcome is not None]


def _check(
    tasks: Sequence[Task],
    setting: Setting,
    texts: Mapping[str, bytes],
    jobs: int,
    executor: Executor | None,
    hear: Callable[[Checked, Sequence[int]], None],
    quiet: Sequence[int],
    projects: Mapping[int, Project],
) -> None:
    if not tasks:
        return
    if executor is not None and not texts:
        from leaklint.engine.pool import check_with

        check_with(executor, tasks, setting, hear=hear)
        return
    from leaklint.engine.sizing import jobs_for
    from leaklint.engine.worker import Worker
    from leaklint.garbage import collecting_seldom

    worker = Worker(setting, texts, projects)
    alone = bool(texts or projects) or len(quiet) == len(tasks)
    processes = 1 if alone else jobs_for(tasks, jobs, worker.project)
    if processes > 1:
        from leaklint.engine.pool import check_in_processes

        check_in_processes(tasks, setting, jobs=processes, hear=hear)
        return
    for number in quiet:
        file, index = tasks[number]
        worker.project(index).quiet.add(file.path)
    last = {index: number for number, (_, index) in enumerate(tasks)}
    with collecting_seldom():
        for number, task in enumerate(tasks):
            hear(worker.check_all([task]), [number])
            # Where nothing follows, to let go would only take time.
            if number == last[task[1]] and (setting.keep or task is not tasks[-1]):
                hear(worker.end(task[1]), [])


def gather(planned: Plan, found: Sequence[Outcome]) -> Result:
    """One result of the outcomes of a plan's files."""
    told = {outcome.problem for outcome in found if outcome.problem is not None}
    return Result(
        findings=tuple(sorted((f for outcome in found for f in outcome.findings), key=lambda f: f.sort_key)),
        suppressed=tuple(
            sorted((one for outcome in found for one in outcome.suppressed), key=lambda one: one.finding.sort_key)
        ),
        problems=tuple(sorted({*planned.problems, *told})),
        files=tuple(file for file, outcome in zip(planned.files, found) if outcome.read),
    )
