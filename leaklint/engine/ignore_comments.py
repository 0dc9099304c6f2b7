"""Writing the comments that silence findings, for `--add-ignore`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from leaklint.model import Finding
from leaklint.rules import UNSILENCED
from leaklint.source.suppressions import Suppressions, suppressions

_LINES = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_OWN = re.compile(r"#[ \t]*leaklint[ \t]*:[ \t]*ignore[ \t]*\[(?P<codes>[^\]#]*)\]")


def add_ignores(text: str, findings: Sequence[Finding], reason: str) -> str:
    """`text` with a comment for each of its findings, at the end of the acquisition's first line, where there may be
    one, else on a line of its own above the statement. A comment that is there already takes the codes."""
    wanted: dict[int, list[str]] = {}
    for finding in findings:
        if finding.code not in UNSILENCED and finding.code not in wanted.setdefault(finding.line, []):
            wanted[finding.line].append(finding.code)
    comments = suppressions(text, text.encode("utf-8", "surrogatepass") + b"leaklint")
    lines = _LINES.findall(text)
    words = " ".join(reason.split()).replace("#", "")
    above: dict[int, list[str]] = {}
    for line in sorted(wanted):
        if not _add(lines, line, sorted(wanted[line]), words, comments):
            first, _ = comments.statement(line)
            above[first] = list(dict.fromkeys([*above.get(first, ()), *sorted(wanted[line])]))
    for first in sorted(above, reverse=True):
        below = lines[first - 1]
        indent = below[: len(below) - len(below.lstrip(" \t\f"))]
        newline = below[len(below.rstrip("\r\n")) :] or "\n"
        lines.insert(first - 1, f"{indent}{_comment(above[first], words)}{newline}")
    return "".join(lines)


def _comment(codes: Iterable[str], reason: str) -> str:
    return f"# leaklint: ignore[{', '.join(codes)}]{' ' if reason else ''}{reason}"


def _add(lines: list[str], line: int, codes: Sequence[str], reason: str, comments: Suppressions) -> bool:
    """Write the comment at the end of a line, or into the one that stands there; False where there can be none."""
    whole = lines[line - 1]
    body = whole.rstrip("\r\n")
    end = whole[len(body) :]
    existing = _OWN.search(body)
    if existing is not None and _speaks(comments, line):
        listed = _merged(existing.group("codes"), codes)
        lines[line - 1] = body[: existing.start("codes")] + listed + body[existing.end("codes") :] + end
        return True
    if not _takes_comment(lines, line):
        return False
    lines[line - 1] = f"{body.rstrip()}  {_comment(codes, reason)}{end}"
    return True


def _speaks(comments: Suppressions, line: int) -> bool:
    return any(one.kind == "line" and one.line == line and not one.own_line for one in comments.directives)


def _merged(listed: str, codes: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys([*listed.replace(",", " ").split(), *codes]))


def _takes_comment(lines: Sequence[str], line: int) -> bool:
    """Whether a comment at the end of the line would be one: not behind a backslash, not inside a string."""
    body = lines[line - 1].rstrip("\r\n")
    if body.endswith("\\"):
        return False
    mark = "# leaklint: ignore[LK000]"
    changed = [*lines[: line - 1], f"{body}  {mark}", *lines[line:]]
    text = "".join(one if one.endswith(("\r", "\n")) else f"{one}\n" for one in changed)
    tried = suppressions(text, b"leaklint")
    return any(one.line == line and one.selectors == ("LK000",) for one in tried.directives)
