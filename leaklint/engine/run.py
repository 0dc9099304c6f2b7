"""A whole run: from the paths on the command line to everything that is to be reported."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence

import msgspec

from leaklint.config import ConfigError, Settings, SettingsFinder
from leaklint.engine.analyze import analyze_file
from leaklint.engine.one_file import Analyze, Outcome
from leaklint.engine.project import declared_resources
from leaklint.engine.selection import check_selectors
from leaklint.engine.worker import Task, Worker, jobs_for
from leaklint.model import Finding, LeaklintError
from leaklint.report.content import Suppressed
from leaklint.source.discover import File, discover
from leaklint.source.problem import Problem

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
    return Plan(tuple(tasks), tuple(settings), tuple(sorted(set(told))), texts)


def _wrong(settings: Settings) -> list[str]:
    """A line for each thing in the settings that only the rules and the catalog can judge."""
    found = check_selectors(settings)
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
    propose: bool = False,
    analyze: Analyze = analyze_file,
    advance: Advance = ignore_progress,
) -> Result:
    """Check the files that `paths` mean. The result does not depend on the order of paths or on `jobs`.

    jobs: processes to use, 0 for as many as there are processors. propose: give findings the repairs that are proven
    for them. advance: told how many of how many files are done.
    """
    planned = plan(paths, finder)
    return gather(planned, outcomes(planned, finder.cwd, jobs=jobs, propose=propose, analyze=analyze, advance=advance))


def check_texts(
    texts: Mapping[str, bytes], finder: SettingsFinder, *, propose: bool = False, analyze: Analyze = analyze_file
) -> Result:
    """Check texts that stand for the content of files, which need not exist; keys are their names, as shown."""
    planned = plan_texts(texts, finder)
    return gather(planned, outcomes(planned, finder.cwd, jobs=1, propose=propose, analyze=analyze))


def outcomes(
    planned: Plan, cwd: str, *, jobs: int, analyze: Analyze, propose: bool = False, advance: Advance = ignore_progress
) -> list[Outcome]:
    """Check the files of a plan; outcomes stand beside its tasks."""
    processes = jobs_for(len(planned.tasks), jobs)
    if processes > 1:
        from leaklint.engine.pool import check_in_processes

        setting = (planned.settings, cwd, analyze, propose)
        return check_in_processes(planned.tasks, setting, jobs=processes, advance=advance)
    worker = Worker(planned.settings, cwd, analyze, planned.texts, propose=propose)
    found = []
    for task in planned.tasks:
        found.append(worker.check(task))
        advance(len(found), len(planned.tasks))
    return found


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
