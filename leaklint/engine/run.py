"""A whole run: from the paths on the command line to everything that is to be reported."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence

import msgspec

from leaklint.config import ConfigError, Settings, SettingsFinder
from leaklint.engine.analyze import analyze_file
from leaklint.engine.one_file import Analyze, Outcome, check_file
from leaklint.engine.project import Project, declared_resources
from leaklint.engine.selection import check_selectors
from leaklint.engine.worker import Task, Worker, jobs_for
from leaklint.model import Finding, LeaklintError
from leaklint.report.content import Suppressed
from leaklint.source.discover import File, discover
from leaklint.source.problem import Problem


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
    """The files of a run with the index of their settings, and what went wrong while looking for them."""

    tasks: tuple[Task, ...]
    settings: tuple[Settings, ...]
    problems: tuple[Problem, ...]

    @property
    def files(self) -> tuple[File, ...]:
        return tuple(file for file, _ in self.tasks)


def plan(paths: Sequence[str], finder: SettingsFinder) -> Plan:
    """Find the files, and check their settings as far as that is possible without looking at them."""
    discovery = discover(paths, finder)
    settings: list[Settings] = []
    indexes: dict[int, int] = {}
    tasks: list[Task] = []
    problems = list(discovery.problems)
    for file in discovery.files:
        try:
            found = finder.for_file(file.path)
        except ConfigError as error:
            problems += [Problem(line, fatal=True) for line in str(error).split("\n")]
            continue
        if id(found) not in indexes:
            indexes[id(found)] = len(settings) if not _problems_of(found, problems) else -1
            if indexes[id(found)] >= 0:
                settings.append(found)
        if indexes[id(found)] >= 0:
            tasks.append((file, indexes[id(found)]))
    return Plan(tuple(tasks), tuple(settings), tuple(sorted(set(problems))))


def _problems_of(settings: Settings, problems: list[Problem]) -> bool:
    """Add what is wrong with the settings to `problems`; whether anything is."""
    found = [Problem(line, fatal=True) for line in check_selectors(settings)]
    try:
        declared_resources(settings)
    except LeaklintError as error:
        found += [Problem(line, fatal=True) for line in str(error).split("\n")]
    problems += found
    return bool(found)


def check(
    paths: Sequence[str],
    finder: SettingsFinder,
    *,
    jobs: int = 0,
    analyze: Analyze = analyze_file,
    advance: Callable[[int, int], None] = lambda done, total: None,
) -> Result:
    """Check the files that `paths` mean. The result does not depend on the order of paths or on `jobs`.

    jobs: processes to use, 0 for as many as there are processors. advance: told how many of how many files are done.
    """
    return check_plan(plan(paths, finder), finder.cwd, jobs=jobs, analyze=analyze, advance=advance)


def check_plan(
    planned: Plan,
    cwd: str,
    *,
    jobs: int = 0,
    analyze: Analyze = analyze_file,
    advance: Callable[[int, int], None] = lambda done, total: None,
) -> Result:
    """Check the files of a plan."""
    done = 0

    def count(files: int) -> None:
        nonlocal done
        done += files
        advance(done, len(planned.tasks))

    processes = jobs_for(len(planned.tasks), jobs)
    if processes == 1:
        outcomes = []
        worker = Worker(planned.settings, cwd, analyze)
        for task in planned.tasks:
            outcomes.append(worker.check(task))
            count(1)
    else:
        from leaklint.engine.pool import check_in_processes

        outcomes = check_in_processes(planned.tasks, planned.settings, cwd, analyze, jobs=processes, advance=count)
    return gather(outcomes, planned.files, planned.problems)


def check_texts(texts: Mapping[str, bytes], finder: SettingsFinder, *, analyze: Analyze = analyze_file) -> Result:
    """Check texts that stand for the content of files, which need not exist; keys are their names, as shown."""
    outcomes: list[Outcome] = []
    files: list[File] = []
    problems: list[Problem] = []
    projects: dict[int, Project | None] = {}
    overlays = {os.path.normpath(os.path.join(finder.cwd, name)): data for name, data in texts.items()}
    for name, data in sorted(texts.items()):
        file = File(name.replace(os.sep, "/"), os.path.normpath(os.path.join(finder.cwd, name)), named=True)
        try:
            settings = finder.for_file(file.path)
        except ConfigError as error:
            problems += [Problem(line, fatal=True) for line in str(error).split("\n")]
            continue
        if id(settings) not in projects:
            broken = _problems_of(settings, problems)
            projects[id(settings)] = None if broken else Project(settings, finder.cwd, overlays)
        project = projects[id(settings)]
        if project is not None:
            files.append(file)
            outcomes.append(check_file(project, file, analyze, data=data))
    return gather(outcomes, files, problems)


def gather(outcomes: Sequence[Outcome], files: Sequence[File], problems: Sequence[Problem]) -> Result:
    """One result of the outcomes of files."""
    told = {outcome.problem for outcome in outcomes if outcome.problem is not None}
    return Result(
        findings=tuple(sorted((f for outcome in outcomes for f in outcome.findings), key=lambda f: f.sort_key)),
        suppressed=tuple(
            sorted((one for outcome in outcomes for one in outcome.suppressed), key=lambda one: one.finding.sort_key)
        ),
        problems=tuple(sorted({*problems, *told})),
        files=tuple(file for file, outcome in zip(files, outcomes) if outcome.read),
    )
