"""The edits that lead from one text to another, and the text that edits lead to."""

from __future__ import annotations

import difflib

from leaklint.fixes.sections import LINE, shared_length
from leaklint.model import Edit

BOM = "\ufeff"


def edits(path: str, before: str, after: str) -> tuple[Edit, ...]:
    """The changes from one text to another: whole hunks of lines, less what their ends share.

    Positions count lines and characters from 1, a BOM not counted.
    """
    skip = 1 if before.startswith(BOM) and after.startswith(BOM) else 0
    old, new = LINE.findall(before[skip:]), LINE.findall(after[skip:])
    head = shared_length(old, new)
    tail = shared_length(old[head:][::-1], new[head:][::-1])
    middle = difflib.SequenceMatcher(None, old[head : len(old) - tail], new[head : len(new) - tail], autojunk=False)
    found: list[Edit] = []
    for tag, a, b, c, d in middle.get_opcodes():
        if tag == "equal":
            continue
        gone, come = "".join(old[head + a : head + b]), "".join(new[head + c : head + d])
        line, column = head + a + 1, 1
        end_line, end_column = head + b + 1, 1
        if line > len(old) and old and not old[-1].endswith(("\n", "\r")):
            line = end_line = len(old)
            column = end_column = len(old[-1]) + 1
        elif end_line > len(old) and b > a and not old[-1].endswith(("\n", "\r")):
            end_line, end_column = len(old), len(old[-1]) + 1
        if b - a == 1 and d - c == 1:
            keep = shared_length(gone, come)
            column, gone, come = 1 + keep, gone[keep:], come[keep:]
            close = shared_length(gone[::-1], come[::-1])
            come = come[: len(come) - close]
            end_line, end_column = line, column + len(gone) - close
        found.append(Edit(path, line, column, end_line, end_column, come))
    return tuple(found)


def apply_edits(text: str, changes: list[Edit]) -> str:
    """The text after edits that do not overlap. Raises ValueError where they do."""
    lead = BOM if text.startswith(BOM) else ""
    body = text[len(lead) :]
    starts = [0]
    for line in LINE.findall(body):
        starts.append(starts[-1] + len(line))

    def offset(line: int, column: int) -> int:
        return min(starts[min(line, len(starts)) - 1] + column - 1, len(body))

    parts: list[str] = []
    at = 0
    for change in sorted(changes, key=lambda one: (one.line, one.column, one.end_line, one.end_column)):
        start, end = offset(change.line, change.column), offset(change.end_line, change.end_column)
        if start < at:
            raise ValueError(f"edits overlap at line {change.line}")
        parts += [body[at:start], change.text]
        at = end
    return lead + "".join(parts) + body[at:]
