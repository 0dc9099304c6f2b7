"""A run of `leaklint check`: check, repair, compare with the baseline, report, and say how it ended."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import msgspec

from leaklint import __version__, engine
from leaklint.cli import terminal
from leaklint.cli.configuring import finder_of, wrong_usage
from leaklint.cli.executing import executor_at
from leaklint.cli.request import Request
from leaklint.config import Settings, SettingsFinder, near
from leaklint.model import Finding, LeaklintError
from leaklint.report import FORMATS, Baseline, Report, render, statistics
from leaklint.rules import UNREADABLE
from leaklint.source.decode import Undecodable, decode, split_lines
from leaklint.source.problem import printable

if TYPE_CHECKING:
    from leaklint.capacity.model import Budget

STDIN = "-"
_STDIN_NAME = "<stdin>"
_WITHOUT_REPAIRS = frozenset({"azure", "concise", "github", "gitlab", "junit", "pylint"})


class Job(msgspec.Struct, frozen=True):
    """A request with what follows from it. text: the bytes of standard input, if that is what is checked."""

    request: Request
    finder: SettingsFinder
    settings: Settings
    text: bytes | None = None

    @property
    def name(self) -> str:
        """The name of the file that standard input stands for."""
        return self.request.stdin_filename or _STDIN_NAME


def run(request: Request) -> int:
    """Do what was asked for; returns the exit status. Raises LeaklintError and UsageError."""
    finder = finder_of(request.config, isolated=request.isolated, overrides=request.overrides)
    settings = finder.for_directory(finder.cwd)
    if settings.output_format not in FORMATS:
        choices = ", ".join(FORMATS)
        place = settings.provenance["output-format"]
        place = "--output-format" if place == "command line" else place
        raise LeaklintError(f"{place}: no format '{printable(settings.output_format)}'; choose one of {choices}")
    job = Job(request, finder, settings, _standard_input(request))
    if request.watch:
        from leaklint.cli.watching import watch

        return watch(request.paths, finder, lambda: run_once(job))
    return run_once(job)


def _standard_input(request: Request) -> bytes | None:
    if STDIN not in request.paths:
        if request.stdin_filename is not None:
            raise wrong_usage("--stdin-filename names the file that is given as '-'; give '-' as the path")
        return None
    if len(set(request.paths)) > 1:
        raise wrong_usage("'-' (standard input) cannot stand beside other paths")
    if request.watch or request.add_ignore is not None:
        raise wrong_usage("standard input can be neither watched nor changed")
    return sys.stdin.buffer.read()


def run_once(job: Job) -> int:
    """One pass over the files."""
    started = time.monotonic()
    request = job.request
    if request.show_files:
        return _show_files(job)
    if request.fix or request.diff:
        from leaklint.cli.repairing import repair

        return repair(job, started)
    result = _check(job)
    if request.write_baseline is not None:
        return _write_baseline(job, result)
    if request.add_ignore is not None:
        return _add_ignores(job, result)
    return report(job, result, started)


def _check(job: Job) -> engine.Result:
    request = job.request
    writes_nothing = request.write_baseline is None and request.add_ignore is None
    propose = writes_nothing and job.settings.output_format not in _WITHOUT_REPAIRS
    if job.text is not None:
        return engine.check_texts({job.name: job.text}, job.finder, propose=propose)
    progress = terminal.Progress(shown=not job.request.quiet)
    try:
        with executor_at(request.executor) as executor:
            return engine.check(
                request.paths,
                job.finder,
                jobs=request.jobs,
                executor=executor,
                propose=propose,
                cache=request.cache,
                thorough=not request.prefilter,
                advance=progress.advance,
            )
    finally:
        progress.clear()


def report(
    job: Job,
    result: engine.Result,
    started: float,
    *,
    fixed: dict[str, int] | None = None,
    withheld: int = 0,
) -> int:
    """Print what was found; returns the exit status."""
    request = job.request
    for problem in result.problems:
        terminal.tell(problem, quiet=request.quiet)
    findings: Sequence[Finding] = result.findings
    if request.diff_base is not None:
        from leaklint.cli.changed_lines import Changes

        changes = Changes(request.diff_base, job.finder.cwd)
        findings = [finding for finding in findings if changes.touch(finding)]
    read = sources(job)
    findings, compared = _compare(job, result, findings, read)
    shown = Report(
        findings=tuple(findings),
        problems=tuple(problem.text for problem in result.problems),
        files_checked=len(result.files),
        fixed=fixed or {},
        withheld=withheld,
        seconds=time.monotonic() - started,
        version=__version__,
        baseline=compared,
        suppressed=result.suppressed,
        sources=read,
        budget=_budget(job),
    )
    if request.verbose:
        _tell_run(job, shown)
    _print(job, shown)
    new = [f for f, state in zip(findings, compared.states) if state == "new"] if compared else findings
    return status(job, new, failed=result.failed, repaired=bool(fixed))


def _budget(job: Job) -> Budget | None:
    """What the html page draws of the pools; None where nothing builds one, or their numbers cannot be."""
    if job.settings.output_format != "html" or job.text is not None:
        return None
    from leaklint.cli.budgeting import budget_of

    try:
        found = budget_of(job.request.paths, job.finder, job.settings, quiet=True)
    except LeaklintError as error:
        terminal.note(f"warning: no picture of the capacity: {error}")
        return None
    return found if found.shares else None


def status(job: Job, findings: Sequence[Finding], *, failed: bool, repaired: bool = False) -> int:
    """The exit status of a run that leaves `findings`. A file that could not be read counts only in strict mode."""
    if failed:
        return 2
    if job.request.exit_zero:
        return 0
    counted = findings if job.settings.strict else [one for one in findings if one.code != UNREADABLE]
    return 1 if counted or (repaired and job.request.exit_non_zero_on_fix) else 0


def _print(job: Job, shown: Report) -> None:
    request = job.request
    to_file = request.output_file is not None
    colored = terminal.wants_color("never" if to_file and request.color == "auto" else request.color, sys.stdout)
    if request.statistics:
        text = statistics(shown, color=colored)
    else:
        text = render(
            job.settings.output_format,
            shown,
            color=colored,
            width=terminal.width(),
            show_witness=job.settings.show_witness,
        )
    if request.output_file is not None:
        _write_report(request.output_file, text)
    elif not (request.quiet and not shown.findings and job.settings.output_format in ("text", "grouped")):
        terminal.write_result(text)


def _write_report(path: str, text: str) -> None:
    from leaklint.source.write import write_atomically

    directory = os.path.dirname(path)
    if directory:
        os.makedirs(directory, exist_ok=True)
    data = text.encode("utf-8", "surrogateescape")
    if os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path):
        with open(path, "wb") as stream:
            stream.write(data)
    else:
        write_atomically(path, data)


def _tell_run(job: Job, shown: Report) -> None:
    for path in job.settings.files or ("none: the defaults",):
        terminal.note(f"configuration: {printable(path)}")
    terminal.note(f"{shown.files_checked} files in {shown.seconds:.2f} s")


def sources(job: Job) -> Callable[[str], Sequence[str] | None]:
    """Gives the lines of a file that findings name, each file read once."""
    known: dict[str, Sequence[str] | None] = {}

    def lines(path: str) -> Sequence[str] | None:
        if path not in known:
            known[path] = _lines(job, path)
        return known[path]

    return lines


def _lines(job: Job, path: str) -> Sequence[str] | None:
    try:
        if job.text is not None and path == job.name:
            data = job.text
        else:
            with open(os.path.join(job.finder.cwd, path), "rb") as file:
                data = file.read()
        return split_lines(decode(data).text)
    except (OSError, Undecodable, ValueError):
        return None


def _show_files(job: Job) -> int:
    planned = engine.plan(job.request.paths, job.finder)
    for problem in planned.problems:
        terminal.tell(problem, quiet=job.request.quiet)
    terminal.write_result("".join(f"{printable(file.shown)}\n" for file in planned.files))
    return 2 if any(problem.fatal for problem in planned.problems) else 0


# -- baseline -------------------------------------------------------------------------------------------------------


def _compare(
    job: Job, result: engine.Result, findings: Sequence[Finding], read: Callable[[str], Sequence[str] | None]
) -> tuple[Sequence[Finding], Baseline | None]:
    """The findings to report beside a baseline: all of them in sarif, which has words for it, else the new ones."""
    path = job.settings.baseline
    if not path:
        if job.request.prune_baseline:
            raise wrong_usage("--prune-baseline needs --baseline FILE")
        return findings, None
    from leaklint import baseline

    known = baseline.read_baseline(path)
    found = baseline.entries(findings, path, job.finder.cwd, read)
    compared = baseline.compare(known, found, path, (file.path for file in result.files))
    gone = compared.gone if job.request.diff_base is None else ()
    if job.request.prune_baseline and gone and not result.failed:
        baseline.write_baseline(path, (Counter(known) - Counter(gone)).elements())
        terminal.note(f"{near(path)}: {len(gone)} gone, {len(known) - len(gone)} left")
    states = compared.states
    everything = job.settings.output_format == "sarif"
    shown = [one for one, state in zip(findings, states) if everything or state == "new"]
    about = Baseline(
        path=path,
        new=states.count("new"),
        unchanged=states.count("unchanged"),
        gone=len(gone),
        states=tuple(state for state in states if everything or state == "new"),
    )
    return shown, about


def _write_baseline(job: Job, result: engine.Result) -> int:
    from leaklint import baseline

    path = job.request.write_baseline or job.settings.baseline or baseline.DEFAULT_NAME
    for problem in result.problems:
        terminal.tell(problem, quiet=job.request.quiet)
    if result.failed:
        return 2
    found = baseline.entries(result.findings, path, job.finder.cwd, sources(job))
    kept = [entry for entry in found if entry is not None]
    baseline.write_baseline(path, kept)
    if not job.request.quiet:
        terminal.note(f"{near(path)}: {len(kept)} findings written")
    return 0


def _add_ignores(job: Job, result: engine.Result) -> int:
    from leaklint.engine.ignore_comments import add_ignores
    from leaklint.source.write import write_atomically

    for problem in result.problems:
        terminal.tell(problem, quiet=job.request.quiet)
    changed = 0
    for file in result.files:
        found = [finding for finding in result.findings if finding.path == file.shown]
        if not found:
            continue
        with open(file.path, "rb") as stream:
            data = stream.read()
        source = decode(data)
        text = add_ignores(source.text, found, job.request.add_ignore or "")
        if text != source.text:
            write_atomically(file.path, source.encode(text), expected=data)
            changed += 1
    if not job.request.quiet:
        terminal.note(f"ignore comments written to {changed} file{'' if changed == 1 else 's'}")
    return 2 if result.failed else 0
