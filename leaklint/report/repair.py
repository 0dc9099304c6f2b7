"""What a fix changes, read off its edits and the source as it is."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Sequence

from leaklint.model import Edit


def replacement(edits: Sequence[Edit], source: Sequence[str] | None) -> str | None:
    """The new text from the first edit's start to the last one's end; None where it cannot be known.

    The edits are of one file, in source order, and do not overlap; `source` has its lines without their ends.
    """
    if len(edits) == 1:
        return edits[0].text
    if source is None or not edits:
        return None
    parts = [edits[0].text]
    for before, after in itertools.pairwise(edits):
        kept = _between(source, (before.end_line, before.end_column), (after.line, after.column))
        if kept is None:
            return None
        parts += [kept, after.text]
    return "".join(parts)


def difference(edits: Sequence[Edit], source: Sequence[str]) -> list[str]:
    """The lines about the edits as a unified diff has them, each with ` `, `-` or `+` before it; empty if unknown.

    A line of `@` and a number goes before each run of lines: the number of its first line in `source`.
    """
    text = replacement(edits, source)
    if text is None or any(edit.path != edits[0].path for edit in edits):
        return []
    first, last = edits[0], edits[-1]
    lines = [*source, ""]
    if not 0 < first.line <= last.end_line <= len(lines):
        return []
    old = lines[first.line - 1 : last.end_line]
    new = f"{old[0][: first.column - 1]}{text}{old[-1][last.end_column - 1 :]}".split("\n")
    rows = []
    for row in difflib.unified_diff(old, new, lineterm="", n=1):
        if row.startswith("@@"):
            start = int(row.split()[1][1:].split(",")[0])
            rows.append(f"@{first.line - 1 + max(start, 1)}")
        elif not row.startswith(("---", "+++")) or rows:
            rows.append(row)
    return rows


def _between(source: Sequence[str], start: tuple[int, int], end: tuple[int, int]) -> str | None:
    """The text between two positions, each a line and a column from 1."""
    if not 0 < start[0] <= end[0] <= len(source) + 1:
        return None
    lines = [*source, ""][start[0] - 1 : end[0]]
    lines[-1] = lines[-1][: end[1] - 1]
    lines[0] = lines[0][start[1] - 1 :]
    return "\n".join(lines)
