"""Applying edits to a text."""

from __future__ import annotations

import re
from collections.abc import Iterable

from leaklint.model import Edit

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """`text` with the edits in it. Of edits that overlap the first counts; an edit twice counts once."""
    starts = [0]
    for line in _LINE.findall(text):
        starts.append(starts[-1] + len(line))

    def offset(line: int, column: int) -> int:
        return min(starts[min(line, len(starts)) - 1] + column - 1, len(text))

    spans = {
        (offset(edit.line, edit.column), offset(edit.end_line, edit.end_column), edit.text): None for edit in edits
    }
    parts: list[str] = []
    reached = 0
    for start, end, replacement in sorted(spans):
        if start < reached or end < start:
            continue
        parts += [text[reached:start], replacement]
        reached = end
    return "".join([*parts, text[reached:]])
