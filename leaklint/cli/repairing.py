"""`--fix` and `--diff`: repair the files of a run, or show how."""

from __future__ import annotations

import difflib
import re
import sys
from collections import Counter
from collections.abc import Iterator

import msgspec

from leaklint.cli import checking, terminal
from leaklint.cli.checking import Job
from leaklint.engine import Result
from leaklint.engine import repair as repairs
from leaklint.engine.repair import Repaired, Repairs
from leaklint.model import LeaklintError
from leaklint.source.problem import Problem
from leaklint.source.write import write_atomically


def repair(job: Job, started: float) -> int:
    """Repair what was asked for; returns the exit status."""
    if job.text is not None:
        found = repairs.repair_texts({job.name: job.text}, job.finder)
    else:
        progress = terminal.Progress(shown=not job.request.quiet)
        try:
            found = repairs.repair(job.request.paths, job.finder, jobs=job.request.jobs, advance=progress.advance)
        finally:
            progress.clear()
    if job.request.diff:
        return _show_patch(job, found)
    result, failures = found.result, []
    fixed: Counter[str] = Counter()
    if job.text is None:
        for one in found.repaired:
            try:
                write_atomically(one.file.path, one.source.encode(one.text), expected=one.before)
            except LeaklintError as error:
                failures.append(Problem(str(error), fatal=True))
            else:
                fixed += one.fixed
        result = msgspec.structs.replace(result, problems=(*result.problems, *failures))
        if job.request.fix_only:
            return _only_fixed(job, result, sum(fixed.values()))
        return checking.report(job, result, started, fixed=dict(fixed), withheld=found.withheld)
    # The repaired text is the result here, so what is left to report goes to stderr.
    text = found.repaired[0].source.encode(found.repaired[0].text) if found.repaired else job.text
    sys.stdout.buffer.write(text)
    sys.stdout.buffer.flush()
    if job.request.fix_only:
        return _only_fixed(job, result, len(found.repaired))
    for problem in result.problems:
        terminal.tell(problem, quiet=job.request.quiet)
    for finding in result.findings:
        terminal.note(f"{finding.path}:{finding.line}:{finding.column}: {finding.code} {finding.message}")
    return checking.status(job, result.findings, failed=result.failed, repaired=bool(found.repaired))


def _only_fixed(job: Job, result: Result, fixed: int) -> int:
    """What `--fix-only` tells: problems, and how much was repaired. What is left is nobody's business."""
    for problem in result.problems:
        terminal.tell(problem, quiet=job.request.quiet)
    if job.text is None and not job.request.quiet:
        terminal.note(f"{fixed} finding{'' if fixed == 1 else 's'} fixed")
    return checking.status(job, (), failed=result.failed, repaired=bool(fixed))


def _show_patch(job: Job, found: Repairs) -> int:
    """Print the repairs as a patch. Status 1 if there is any, or a finding that none of them mends."""
    for problem in found.result.problems:
        terminal.tell(problem, quiet=job.request.quiet)
    colored = terminal.wants_color(job.request.color, sys.stdout)
    for one in found.repaired:
        terminal.write_result("".join(_patch(one, colored)))
    if not job.request.quiet:
        files, count = len(found.repaired), sum(sum(one.fixed.values()) for one in found.repaired)
        what = f"{count} finding{'' if count == 1 else 's'} in {files} file{'' if files == 1 else 's'}"
        terminal.note(f"{what} would be fixed")
    if found.repaired and not found.result.failed and not job.request.exit_zero:
        return 1
    return checking.status(job, found.result.findings, failed=found.result.failed)


_COLORS = {"+": "\x1b[32m", "-": "\x1b[31m", "@": "\x1b[36m"}


def _patch(one: Repaired, colored: bool) -> Iterator[str]:
    """A patch that `patch` and `git apply` take, whatever the file's line endings are."""
    mark = one.source.bom.decode()
    before, after = _lines(mark + one.source.text), _lines(mark + one.text)
    name = one.file.shown
    for index, line in enumerate(difflib.unified_diff(before, after, f"a/{name}", f"b/{name}")):
        text = line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
        color = _COLORS.get(line[:1], "") if colored and index > 1 else ""
        yield f"{color}{text.rstrip(chr(10))}\x1b[0m\n" if color else text


def _lines(text: str) -> list[str]:
    """Lines as a patch counts them: a carriage return is part of its line."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)
