"""A baseline: the findings that a project has already, so that a run reports only what is new.

A finding is known again by its content: its rule, function, library, resource, and the expression of the acquisition as
Python understands it, without its layout. So moved lines, reformatting and new comments leave it known. Equal ones in a
file are told apart by their order. Where a file of the baseline is gone, its findings are looked for in the others, as
after a renaming.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

import msgspec

from leaklint.config import near
from leaklint.model import Finding, LeaklintError
from leaklint.report.fingerprint import unplaced
from leaklint.rules import UNSILENCED
from leaklint.source.problem import cause
from leaklint.source.write import write_atomically

VERSION = 1
DEFAULT_NAME = ".leaklint-baseline.json"
_LARGEST = 64_000_000

Sources = Callable[[str], Sequence[str] | None]
State = Literal["new", "unchanged"]


class BaselineError(LeaklintError):
    """A baseline file that cannot be read or written."""


class Entry(msgspec.Struct, frozen=True, order=True):
    """One known finding. path: relative to the baseline file's directory, `/` everywhere. The rest but `fingerprint` is
    for people who read the file."""

    path: str
    fingerprint: str
    code: str = ""
    function: str = ""


class _File(msgspec.Struct, frozen=True):
    version: int
    findings: tuple[Entry, ...]
    tool: str = "leaklint"


class Comparison(msgspec.Struct, frozen=True):
    """states: beside the findings. gone: entries that no finding of this run answers to, though their file was checked
    or is no more."""

    states: tuple[State, ...]
    gone: tuple[Entry, ...]


def read_baseline(path: str) -> tuple[Entry, ...]:
    """The entries of a baseline file. Raises BaselineError."""
    shown = near(path)
    mend = "write it anew with --write-baseline"
    try:
        if os.path.isdir(path):
            raise BaselineError(f"{shown}: is a directory; name a baseline file")
        with open(path, "rb") as file:
            data = file.read(_LARGEST + 1)
    except FileNotFoundError as error:
        raise BaselineError(f"{shown}: no such baseline; {mend}") from error
    except OSError as error:
        raise BaselineError(f"{shown}: baseline cannot be read: {cause(error)}") from error
    try:
        # The standard reader takes the lone surrogates that file names which are no text are written with.
        document = json.loads(data)
        version = document.get("version") if isinstance(document, dict) else None
        if isinstance(version, int) and version > VERSION:
            raise BaselineError(f"{shown}: baseline of a newer leaklint (format {version}); update leaklint, or {mend}")
        return msgspec.convert(document, _File).findings
    except (ValueError, RecursionError) as error:
        raise BaselineError(f"{shown}: not a baseline: {' '.join(str(error).split())}; {mend}") from error


def write_baseline(path: str, entries: Iterable[Entry]) -> None:
    """Write a baseline file, a line for each entry, so that changes of it are easy to review. Raises LeaklintError."""
    if os.path.isdir(path):
        raise BaselineError(f"{near(path)}: is a directory; name a baseline file")
    lines = ",\n".join(f"  {json.dumps(msgspec.to_builtins(entry))}" for entry in sorted(entries))
    body = f"[\n{lines}\n ]" if lines else "[]"
    text = f'{{"tool": "leaklint", "version": {VERSION}, "findings": {body}}}\n'
    write_atomically(path, text.encode("utf-8", "surrogatepass"))


def entries(findings: Sequence[Finding], path: str, cwd: str, sources: Sources) -> list[Entry | None]:
    """The entries that stand for findings, in a baseline at `path`; None for findings that no baseline keeps.

    sources: the lines of a file by the path that its findings show.
    """
    base = os.path.dirname(os.path.abspath(path))
    seen: Counter[tuple[str, str]] = Counter()
    found: list[Entry | None] = []
    for finding in findings:
        if finding.code in UNSILENCED:
            found.append(None)
            continue
        where = os.path.relpath(os.path.join(cwd, finding.path), base).replace(os.sep, "/")
        identity = _identity(finding, sources)
        seen[where, identity] += 1
        number = seen[where, identity]
        print_ = hashlib.sha256(f"{identity}\0{number}".encode("utf-8", "surrogatepass")).hexdigest()[:24]
        found.append(Entry(path=where, fingerprint=print_, code=finding.code, function=finding.function))
    return found


def compare(known: Sequence[Entry], found: Sequence[Entry | None], path: str, checked: Iterable[str]) -> Comparison:
    """Compare a run with the baseline at `path`. checked: absolute paths of the files that the run looked at."""
    base = os.path.dirname(os.path.abspath(path))
    states: list[State] = ["new"] * len(found)
    left: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in known:
        left[entry.path, entry.fingerprint].append(entry)
    for index, one in enumerate(found):
        if one is not None and left.get((one.path, one.fingerprint)):
            left[one.path, one.fingerprint].pop()
            states[index] = "unchanged"
    exists = {entry.path: os.path.exists(os.path.join(base, entry.path)) for entry in known}
    moved: dict[str, list[Entry]] = defaultdict(list)
    for remaining in left.values():
        for entry in remaining:
            if not exists[entry.path]:
                moved[entry.fingerprint].append(entry)
    for index, one in enumerate(found):
        if one is not None and states[index] == "new" and moved.get(one.fingerprint):
            entry = moved[one.fingerprint].pop(0)
            left[entry.path, entry.fingerprint].remove(entry)
            states[index] = "unchanged"
    looked_at = {os.path.relpath(file, base).replace(os.sep, "/") for file in checked}
    gone = [
        entry for remaining in left.values() for entry in remaining if entry.path in looked_at or not exists[entry.path]
    ]
    return Comparison(tuple(states), tuple(sorted(gone)))


def _identity(finding: Finding, sources: Sources) -> str:
    function, text = unplaced(finding.function), normalised(_region(finding, sources))
    return "\0".join((finding.code, function, finding.library, finding.resource, text))


def _region(finding: Finding, sources: Sources) -> str:
    lines = sources(finding.path)
    if lines is None or not 0 < finding.line <= finding.end_line <= len(lines):
        return ""
    region = list(lines[finding.line - 1 : finding.end_line])
    region[-1] = region[-1][: finding.end_column - 1]
    region[0] = region[0][finding.column - 1 :]
    return "\n".join(region)


def normalised(expression: str) -> str:
    """An expression without what formatters change: white space, comments, quotes, trailing commas, parentheses."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _outline(ast.parse(f"({expression}\n)", mode="eval").body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "".join(expression.split())


def _outline(node: Any) -> str:
    """A tree in a form of our own: `ast.dump` and `ast.unparse` differ from one Python to the next."""
    if isinstance(node, ast.Constant):
        return repr(node.value)
    if isinstance(node, ast.AST):
        parts = [
            f"{name}={_outline(value)}"
            for name, value in ast.iter_fields(node)
            if name not in ("ctx", "kind", "type_comment", "type_params") and value not in (None, [])
        ]
        return f"{type(node).__name__}({','.join(parts)})"
    if isinstance(node, list):
        return f"[{','.join(_outline(item) for item in node)}]"
    return repr(node)
