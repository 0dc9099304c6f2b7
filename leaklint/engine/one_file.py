"""From one file to what is reported of it: read, analyse, heed its comments, let through what the settings want."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence

import msgspec

from leaklint.engine.project import Project, Unit
from leaklint.engine.selection import UNREADABLE, rule_names
from leaklint.model import Applicability, Confidence, Edit, Finding, Fix, LeaklintError, Severity
from leaklint.report.content import Suppressed
from leaklint.source.decode import Source, Undecodable, decode, split_lines
from leaklint.source.discover import File
from leaklint.source.problem import Problem, cause, printable
from leaklint.source.suppressions import Directive, Mistake, Suppressions, suppressions

Analyze = Callable[[Project, Unit], Sequence[Finding]]
_UNUSED = "LK901"


class Outcome(msgspec.Struct, frozen=True):
    """What one file gives. findings: let through, sorted. read: whether its text was looked at."""

    findings: tuple[Finding, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    problem: Problem | None = None
    read: bool = True


def check_file(project: Project, file: File, analyze: Analyze) -> Outcome:
    """Check one file. Never raises an Exception."""
    try:
        try:
            data = project.content(file.path)
            source = decode(data)
            found = _analyse(project, Unit(file.shown, file.path, data, source), file.named, analyze)
        except Undecodable as error:
            return _unreadable(project, file, error.line, error.column, error.cause)
        except OSError as error:
            return _unreadable(project, file, 1, 1, f"cannot be read: {cause(error)}", read=False)
        return judge(project, file, source, data, found)
    except LeaklintError as error:
        # Looked up only now: a run whose files cannot matter never loads the parser's package.
        from leaklint.lowering import SyntaxProblem

        if isinstance(error, SyntaxProblem):
            return _unreadable(project, file, error.line, error.column, error.cause)
        return Outcome(problem=Problem(str(error), fatal=True))
    except RecursionError:
        return Outcome(problem=internal_error(file.shown, "RecursionError: nested too deeply"))
    except Exception as error:
        return Outcome(problem=internal_error(file.shown, _where(error)))


def internal_error(shown: str, what: str) -> Problem:
    """The one line about a fault of leaklint itself."""
    return Problem(f"{printable(shown)}: internal error: {what}; please report it, the other files were checked", True)


def _where(error: Exception) -> str:
    """Type, text and innermost place of an exception, in one line."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno})" if frames else ""
    text = " ".join(str(error).split())[:200]
    return f"{type(error).__name__}{': ' if text else ''}{printable(text)}{place}"


def _analyse(project: Project, unit: Unit, named: bool, analyze: Analyze) -> Sequence[Finding]:
    if project.reach.matters(unit.path, unit.data):
        return analyze(project, unit)
    if named:
        # Whoever names a file wants to know that it is broken even where nothing in it can leak.
        from leaklint.lowering.parse import parse

        parse(unit.source.text, unit.shown)
    return ()


def judge(project: Project, file: File, source: Source, data: bytes, found: Sequence[Finding]) -> Outcome:
    """What is left of a file's findings after its comments and the settings, and what its comments did wrong."""
    comments = suppressions(source.text, data, noqa=bool(found))
    codes = project.selection.for_file(file.path)
    kept: list[Finding] = []
    silenced: list[Suppressed] = []
    for finding in found:
        directive = comments.match(finding)
        if directive is None:
            kept.append(finding)
        else:
            silenced.append(Suppressed(finding=finding, reason=directive.reason))
    if _UNUSED in codes:
        # No comment silences these: a bare one would silence the news that it silences nothing.
        kept += [_unused(file.shown, mistake, source) for mistake in _mistakes(comments, project)]
    through = [finding for finding in kept if project.selection.lets_through(finding, codes)]
    hidden = [one for one in silenced if project.selection.lets_through(one.finding, codes)]
    return Outcome(tuple(sorted(through, key=lambda one: one.sort_key)), tuple(hidden))


def _mistakes(comments: Suppressions, project: Project) -> list[Mistake]:
    return comments.mistakes(rule_names(), require_reason=project.settings.require_reason)


def _unreadable(project: Project, file: File, line: int, column: int, why: str, *, read: bool = True) -> Outcome:
    finding = Finding(
        code=UNREADABLE,
        name=_name(UNREADABLE),
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


def _name(code: str) -> str:
    return next(rule.name for rule in rule_names() if rule.code == code)


# -- comments that suppress nothing ---------------------------------------------------------------------------------


def _unused(shown: str, mistake: Mistake, source: Source) -> Finding:
    directive = mistake.directive
    return Finding(
        code=_UNUSED,
        name=_name(_UNUSED),
        severity=Severity.NOTE,
        confidence=Confidence.HIGH,
        message=f"this comment {mistake.cause}",
        path=shown,
        line=directive.line,
        column=directive.column,
        end_line=directive.line,
        end_column=directive.end_column,
        help="remove it" if mistake.removable else "",
        fix=_removal(shown, mistake, source) if mistake.removable else None,
    )


def _removal(shown: str, mistake: Mistake, source: Source) -> Fix | None:
    directive = mistake.directive
    line = split_lines(source.text)[directive.line - 1]
    start, end = directive.column - 1, directive.end_column - 1
    if mistake.selectors:
        text = _without(line[start:end], mistake.selectors)
        if text is None:
            return None
        edit = Edit(shown, directive.line, start + 1, directive.line, end + 1, text)
        return Fix(Applicability.SAFE, "Remove the rules that it does not suppress", (edit,))
    return Fix(Applicability.SAFE, "Remove the comment", (_whole(shown, directive, line, source),))


def _whole(shown: str, directive: Directive, line: str, source: Source) -> Edit:
    """The edit that takes a comment away, with the space before it, or with its line where nothing else is on it."""
    before, after = line[: directive.column - 1], line[directive.end_column - 1 :]
    if not before.strip() and not after.strip():
        last = len(split_lines(source.text))
        if directive.line < last:
            return Edit(shown, directive.line, 1, directive.line + 1, 1, "")
        return Edit(shown, directive.line, 1, directive.line, len(line) + 1, "")
    start = len(before.rstrip()) if not after.strip() else len(before)
    end = len(line) if not after.strip() else len(line) - len(after.lstrip())
    return Edit(shown, directive.line, start + 1, directive.line, end + 1, "")


def _without(comment: str, selectors: Sequence[str]) -> str | None:
    """The comment without some of the rules that it names; None if they cannot be told apart in it."""
    opening, bracket, rest = comment.partition("[")
    listed, closing, tail = rest.partition("]")
    if not bracket or not closing:
        opening, bracket, rest = comment.partition(":")
        listed, closing, tail = rest, "", ""
    left = [one for one in listed.replace(",", " ").split() if one not in selectors]
    if not left:
        return None
    space = " " if bracket == ":" else ""
    return f"{opening}{bracket}{space}{', '.join(left)}{closing}{tail}"
