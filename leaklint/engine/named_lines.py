"""The lines that an answer names: whether they stand where they did, in files that changed further down."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from keyword import kwlist

from leaklint.cache.record import Place
from leaklint.digest import blake2b
from leaklint.model import Finding
from leaklint.source.prefilter import identifiers

_NUMBER = re.compile(r"\d+")
_LONGEST = 9
"""Digits of the longest number that may be one of a line."""


def places(findings: Sequence[Finding], cwd: str, content: Callable[[str], bytes | None]) -> tuple[Place, ...]:
    """The lines that the findings in one file name, there and in other files. cwd: what the names of files are relative
    to. content: gives the bytes of a file by its absolute path; None where nobody can say."""
    last: dict[str, int] = {}
    for path, line in (place for one in findings for place in _lines(one)):
        last[path] = max(last.get(path, 0), line)
    # What is written tells of lines, too, and not of which file.
    written = max((int(number) for one in findings for text in _texts(one) for number in _numbers(text)), default=0)
    found = []
    for shown, line in last.items():
        path = os.path.normpath(os.path.join(cwd, shown))
        data = content(path)
        if data is not None:
            words = tuple(sorted({word for one in findings for word in _brought_in(one, shown, data)}))
            found.append(Place(path, max(line, written), words, _digest(data, max(line, written), words)))
    return tuple(found)


def stands_still(place: Place, data: bytes) -> bool:
    """Whether a file of these bytes reads, down to the last line that is named, as it did; and has the words that a
    repair writes as often as it had, so that they mean the same."""
    return _digest(data, place.last, place.words) == place.digest


def may_name(paths: Iterable[str], cwd: str, told: bytes) -> bool:
    """Whether what was said may name one of these files. What lies below the working directory is shown from there."""
    inside = {path: os.path.relpath(path, cwd).replace(os.sep, "/") for path in paths}
    names = (os.path.basename(path) if name.startswith("..") else name for path, name in inside.items())
    return any(not (name.isascii() and name.isprintable()) or name.encode() in told for name in names)


def _digest(data: bytes, last: int, words: Sequence[str]) -> bytes:
    found = blake2b(b"".join(data.splitlines(keepends=True)[:last]), digest_size=16)
    if words:
        times = Counter(identifiers(data))
        found.update(" ".join(str(times[word]) for word in words).encode())
    return found.digest()


def _lines(one: Finding) -> Iterator[tuple[str, int]]:
    """The lines that a finding names, each with the file that it shows."""
    yield one.path, max(one.line, one.end_line)
    for step in one.witness:
        yield step.path, step.line
    for edit in one.fix.edits if one.fix is not None else ():
        # One that ends before a line says nothing of that.
        yield edit.path, edit.end_line - (edit.end_column == 1)


def _texts(one: Finding) -> Iterable[str]:
    return (one.message, one.help, one.fix_withheld, *(step.message for step in one.witness))


def _numbers(text: str) -> Iterable[str]:
    return (number for number in _NUMBER.findall(text) if len(number) <= _LONGEST)


def _brought_in(one: Finding, path: str, data: bytes) -> Iterator[str]:
    """The names that a repair writes which do not stand in the lines that it rewrites of a file."""
    lines = data.splitlines(keepends=True)
    for edit in one.fix.edits if one.fix is not None else ():
        if edit.path == path:
            before = identifiers(b"".join(lines[edit.line - 1 : edit.end_line]))
            yield from {*identifiers(edit.text.encode("utf-8", "replace"))} - {*before, *kwlist}
