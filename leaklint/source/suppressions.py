"""Comments that silence findings, and which of them did.

    conn = connect()  # leaklint: ignore[LK102, never-released] closed by the caller's atexit hook
    # leaklint: ignore                      on a line of its own: for the line below
    # leaklint: ignore-file[LK108] reason   anywhere: for the whole file
    # leaklint: off[LK1] / # leaklint: on   for the lines between them
    conn = connect()  # noqa: LK102         as other linters write it; a bare `noqa` silences everything

Without brackets all rules are meant. A statement of several lines is silenced on its first or last line, and on those
of the acquisition itself.
"""

from __future__ import annotations

import bisect
import contextlib
import io
import re
import tokenize
from collections.abc import Sequence

import msgspec

from leaklint.config import RuleName
from leaklint.config.selectors import ALL, exactness
from leaklint.config.selectors import unknown as unknown_selector
from leaklint.model import Finding

_OWN = re.compile(
    r"#[ \t]*leaklint[ \t]*:[ \t]*(?P<word>[\w-]*)[ \t]*(?:\[(?P<codes>[^\]#]*)(?P<end>\]?))?[ \t]*(?P<reason>[^#]*)",
    re.IGNORECASE,
)
_NOQA = re.compile(
    r"#[ \t]*noqa(?:[ \t]*:[ \t]*(?P<codes>[A-Za-z]+[0-9]+(?:[, \t]+[A-Za-z]+[0-9]+)*))?(?![\w-])(?P<reason>[^#]*)",
    re.IGNORECASE,
)
_KINDS = {"ignore": "line", "ignore-file": "file", "off": "off", "on": "on"}
_FOREVER = 1 << 60


class Directive(msgspec.Struct, frozen=True):
    """One comment that silences.

    kind: line, noqa, file, off. selectors: rules meant, () for all. first, last: the lines it speaks for (for a comment
    on a line of its own: the line of code below it). line, column, end_column: where the comment stands; own_line:
    nothing else does.
    """

    kind: str
    selectors: tuple[str, ...]
    reason: str
    first: int
    last: int
    line: int
    column: int
    end_column: int
    own_line: bool


class Mistake(msgspec.Struct, frozen=True):
    """A comment that silences nothing, in whole or in part, or says too little.

    selectors: those of its selectors that are to go; () for the whole comment. cause: a clause. removable: taking it
    away changes nothing else.
    """

    directive: Directive
    selectors: tuple[str, ...]
    cause: str
    removable: bool = True


class Suppressions:
    """The directives of one file. `match` finds those that silence a finding and remembers that they were used."""

    def __init__(
        self, directives: Sequence[Directive], mistakes: Sequence[Mistake], logical: Sequence[tuple[int, int]]
    ):
        self.directives = tuple(directives)
        self._mistakes = list(mistakes)
        self._starts = [first for first, _ in logical]
        self._logical = logical
        self._used: dict[int, set[str]] = {}

    def match(self, finding: Finding) -> Directive | None:
        """The first directive that silences the finding, if any does."""
        if not self.directives:
            return None
        rule = RuleName(finding.code, finding.name)
        first, last = self.statement(finding.line)
        above = {finding.line, first}
        beside = above | {finding.end_line, last}
        found = None
        for index, directive in enumerate(self.directives):
            if directive.kind in ("line", "noqa"):
                speaks = directive.first in (above if directive.own_line else beside)
            else:
                speaks = directive.first <= finding.line <= directive.last
            used = [one for one in directive.selectors or (ALL,) if exactness(one, rule)] if speaks else []
            if used:
                self._used.setdefault(index, set()).update(used)
                found = found or directive
        return found

    def statement(self, line: int) -> tuple[int, int]:
        """First and last line of the statement (of a compound one: its header) that `line` is part of."""
        index = bisect.bisect_right(self._starts, line) - 1
        if index >= 0 and line <= self._logical[index][1]:
            return self._logical[index]
        return line, line

    def mistakes(self, rules: Sequence[RuleName], *, require_reason: bool = False) -> list[Mistake]:
        """What is wrong with the file's comments, once all its findings were matched."""
        found = list(self._mistakes)
        for index, directive in enumerate(self.directives):
            if directive.kind == "noqa" and not any(one.upper().startswith("LK") for one in directive.selectors):
                continue
            found += _judge(directive, self._used.get(index, set()), rules)
            if require_reason and not directive.reason and directive.kind != "noqa":
                found.append(Mistake(directive, (), "gives no reason; write one behind it", removable=False))
        return sorted(found, key=lambda mistake: (mistake.directive.line, mistake.directive.column, mistake.cause))


def _judge(directive: Directive, used: set[str], rules: Sequence[RuleName]) -> list[Mistake]:
    if not directive.selectors:
        return [] if used else [Mistake(directive, (), "suppresses nothing")]
    ours = [one for one in directive.selectors if directive.kind != "noqa" or one.upper().startswith("LK")]
    idle = tuple(one for one in dict.fromkeys(ours) if one not in used)
    wrong = {one: why for one in idle if (why := unknown_selector(one, rules))}
    nothing = tuple(one for one in idle if one not in wrong)
    whole = len(idle) == len(set(directive.selectors))
    mistakes = [Mistake(directive, (one,), f"names {why}", removable=False) for one, why in wrong.items()]
    if nothing and whole and not wrong:
        mistakes.append(Mistake(directive, (), f"suppresses nothing ({', '.join(nothing)})"))
    elif nothing:
        mistakes.append(Mistake(directive, nothing, f"suppresses nothing for {', '.join(nothing)}"))
    return mistakes


NONE = Suppressions((), (), ())


def suppressions(text: str, data: bytes, *, noqa: bool = True) -> Suppressions:
    """The directives in a file. `data`: its bytes, which tell quickly that there are none. `noqa`: look for bare ones,
    too (they only matter where there are findings)."""
    by_noqa = (b"LK" in data and b"noqa" in data) or (noqa and b"noqa" in data.lower())
    if b"leaklint" in data or (by_noqa and any(map(_speaks_of_ours, _NOQA.finditer(text)))):
        comments, logical = _comments(text)
        return _assemble(comments, logical)
    return NONE


def _speaks_of_ours(noqa: re.Match[str]) -> bool:
    """Whether a comment may silence anything here: many name the codes of other tools, and to find out where comments
    are takes as long as to parse the file."""
    codes = noqa["codes"]
    return not codes or "LK" in codes.upper()


class _Comment(msgspec.Struct, frozen=True):
    line: int
    column: int
    text: str
    own_line: bool


def _comments(text: str) -> tuple[list[_Comment], list[tuple[int, int]]]:
    """Comments, and the extents of logical lines. Where the text stops being Python, what was found before counts."""
    comments: list[_Comment] = []
    logical: list[tuple[int, int]] = []
    start = 0
    reader = io.StringIO(text, newline=None)
    with contextlib.suppress(tokenize.TokenError, SyntaxError, ValueError, RecursionError, MemoryError):
        for token in tokenize.generate_tokens(reader.readline):
            if token.type == tokenize.COMMENT:
                own = not token.line[: token.start[1]].strip()
                comments.append(_Comment(token.start[0], token.start[1] + 1, token.string, own))
            elif token.type == tokenize.NEWLINE:
                logical.append((start or token.start[0], token.start[0]))
                start = 0
            elif not start and token.type not in (tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING):
                start = token.start[0]
    return comments, logical


def _assemble(comments: Sequence[_Comment], logical: Sequence[tuple[int, int]]) -> Suppressions:
    directives: list[Directive] = []
    mistakes: list[Mistake] = []
    open_ranges: list[Directive] = []
    own_lines = {comment.line for comment in comments if comment.own_line}
    for comment in comments:
        target = comment.line
        while comment.own_line and target in own_lines:
            target += 1
        for match in _OWN.finditer(comment.text):
            directive = _directive(comment, match, _KINDS.get(match.group("word").lower(), ""), target)
            problem = _malformed(match)
            if problem:
                mistakes.append(Mistake(directive, (), problem, removable=False))
            elif directive.kind == "off":
                open_ranges.append(directive)
            elif directive.kind == "on":
                if not open_ranges:
                    mistakes.append(Mistake(directive, (), "ends no range: there is no 'leaklint: off' above it"))
                directives += [msgspec.structs.replace(one, last=comment.line) for one in open_ranges]
                open_ranges = []
            else:
                directives.append(directive)
        directives += [_directive(comment, match, "noqa", target) for match in _NOQA.finditer(comment.text)]
    directives += open_ranges
    return Suppressions(sorted(directives, key=lambda one: (one.line, one.column)), mistakes, logical)


def _directive(comment: _Comment, match: re.Match[str], kind: str, target: int) -> Directive:
    codes = match.group("codes") or ""
    first, last = target, target
    if kind == "noqa":
        first = last = comment.line
    elif kind == "file":
        first, last = 1, _FOREVER
    elif kind == "off":
        first, last = comment.line, _FOREVER
    return Directive(
        kind=kind,
        selectors=tuple(code for code in re.split(r"[,\s]+", codes) if code),
        reason=match.group("reason").strip(" \t:-–—"),
        first=first,
        last=last,
        line=comment.line,
        column=comment.column + match.start(),
        end_column=comment.column + len(match.group().rstrip()) + match.start(),
        own_line=comment.own_line and kind != "noqa",
    )


def _malformed(match: re.Match[str]) -> str:
    word = match.group("word")
    if word.lower() not in _KINDS:
        return f"is not understood: '{word}' is none of {', '.join(_KINDS)}"
    if match.group("codes") is not None and not match.group("end"):
        return "is not understood: the bracket is not closed"
    if match.group("codes") is not None and not match.group("codes").strip():
        return "names no rule in its brackets; leave them out to mean all"
    return ""
