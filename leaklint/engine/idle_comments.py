"""The findings about comments that suppress nothing, and their repairs."""

from __future__ import annotations

from collections.abc import Sequence

from leaklint.engine.selection import name_of
from leaklint.model import Applicability, Confidence, Edit, Finding, Fix, Severity
from leaklint.rules import UNUSED
from leaklint.source.decode import Source, split_lines
from leaklint.source.suppressions import Directive, Mistake


def idle_comment(shown: str, mistake: Mistake, source: Source) -> Finding:
    """The finding about one comment, with the repair that takes it away."""
    directive = mistake.directive
    return Finding(
        code=UNUSED,
        name=name_of(UNUSED),
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
