"""From one file to what is reported of it: read, analyse, heed its comments, let through what the settings want."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from typing import TYPE_CHECKING

from leaklint.engine import idle_comments
from leaklint.engine.outcome import Outcome
from leaklint.engine.project import Project, Unit
from leaklint.engine.selection import name_of, rule_names
from leaklint.model import Confidence, Finding, LeaklintError, Severity
from leaklint.report.content import Suppressed
from leaklint.rules import UNREADABLE, UNUSED
from leaklint.source.decode import Undecodable, decode
from leaklint.source.discover import File
from leaklint.source.problem import Problem, cause, printable
from leaklint.source.suppressions import suppressions

if TYPE_CHECKING:
    from leaklint.engine.outcome import Analyze, Found


def check_file(project: Project, file: File, analyze: Analyze, *, propose: bool = False) -> Outcome:
    """Check one file. Never raises an Exception. propose: give each finding the repair that is proven for it."""
    try:
        try:
            data = project.content(file.path)
            unit = Unit(file.shown, file.path, data, decode(data))
            found = _analyse(project, unit, file.named, analyze)
        except Undecodable as error:
            return _unreadable(project, file, error.line, error.column, error.cause)
        except OSError as error:
            return _unreadable(project, file, 1, 1, f"cannot be read: {cause(error)}", read=False)
        outcome = judge(project, unit, found)
        if propose and outcome.findings and found:
            from leaklint.engine.proposing import with_repairs

            return with_repairs(project, unit, outcome, found, analyze)
        return outcome
    except LeaklintError as error:
        # Looked up only now: a run whose files cannot matter never loads the parser's package.
        from leaklint.lowering import SyntaxProblem

        if isinstance(error, SyntaxProblem):
            return _unreadable(project, file, error.line, error.column, error.cause)
        return Outcome(problem=Problem(str(error), fatal=True))
    except RecursionError:
        return Outcome(problem=internal_error(file.shown, "RecursionError: nested too deeply"))
    except Exception as error:
        return Outcome(problem=internal_error(file.shown, fault(error)))


def internal_error(shown: str, what: str) -> Problem:
    """The one line about a fault of leaklint itself."""
    return Problem(f"{printable(shown)}: internal error: {what}; please report it, the other files were checked", True)


def fault(error: Exception) -> str:
    """Type, text and innermost place of an exception, in one line."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno})" if frames else ""
    text = " ".join(str(error).split())[:200]
    return f"{type(error).__name__}{': ' if text else ''}{printable(text)}{place}"


def _analyse(project: Project, unit: Unit, named: bool, analyze: Analyze) -> Sequence[Found]:
    if project.matters(unit.path, unit.data):
        return analyze(project, unit)
    if named:
        # Whoever names a file wants to know that it is broken even where nothing in it can leak.
        from leaklint.lowering.parse import parse

        parse(unit.source.text, unit.shown)
    return ()


def judge(project: Project, unit: Unit, found: Sequence[Found]) -> Outcome:
    """What is left of a file's findings after its comments and the settings, and what its comments did wrong."""
    comments = suppressions(unit.source.text, unit.data, noqa=bool(found))
    codes = project.selection.for_file(unit.path)
    kept: list[Finding] = []
    silenced: list[Suppressed] = []
    for finding, _ in found:
        directive = comments.match(finding)
        if directive is None:
            kept.append(finding)
        else:
            silenced.append(Suppressed(finding=finding, reason=directive.reason))
    if UNUSED in codes:
        # No comment silences these: a bare one would silence the news that it silences nothing.
        mistakes = comments.mistakes(rule_names(), require_reason=project.settings.require_reason)
        kept += [idle_comments.idle_comment(unit.shown, mistake, unit.source) for mistake in mistakes]
    through = [finding for finding in kept if project.selection.lets_through(finding, codes)]
    hidden = [one for one in silenced if project.selection.lets_through(one.finding, codes)]
    return Outcome(tuple(sorted(through, key=lambda one: one.sort_key)), tuple(hidden))


def _unreadable(project: Project, file: File, line: int, column: int, why: str, *, read: bool = True) -> Outcome:
    finding = Finding(
        code=UNREADABLE,
        name=name_of(UNREADABLE),
        severity=Severity.WARNING,
        confidence=Confidence.HIGH,
        message=f"not checked: {why}",
        path=file.shown,
        line=line,
        column=column,
        end_line=line,
        end_column=column + 1,
        help="mend the file, or leave it out with `exclude`",
    )
    codes = project.selection.for_file(file.path)
    return Outcome((finding,) if project.selection.lets_through(finding, codes) else (), read=read)
