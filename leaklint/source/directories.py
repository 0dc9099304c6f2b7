"""Directories as imports see them: which Python files and which directories they hold."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

SUFFIX = ".py"
INIT = "__init__.py"


class Found(NamedTuple):
    """What a name leads to: a file, or (for a namespace package) directories."""

    file: str
    directories: tuple[str, ...]


NOTHING = Found("", ())


def listing(directory: str, real_roots: Sequence[str]) -> dict[str, bool]:
    """Names in a directory that are Python files (False) or directories (True); empty where it cannot be read.
    Symbolic links that lead out of the roots are left out."""
    entries: dict[str, bool] = {}
    try:
        with os.scandir(directory) as found:
            for entry in found:
                _classify(entry, entries, real_roots)
    except (OSError, ValueError):
        pass
    return entries


def _classify(entry: os.DirEntry[str], entries: dict[str, bool], real_roots: Sequence[str]) -> None:
    try:
        if entry.is_symlink():
            real = os.path.realpath(entry.path)
            if not any(real == root or real.startswith(root + os.sep) for root in real_roots):
                return
        if entry.is_dir():
            entries[entry.name] = True
        elif entry.name.endswith(SUFFIX) and entry.is_file():
            entries[entry.name] = False
    except OSError:
        return


def look(entries: Callable[[str], Mapping[str, bool]], directories: Sequence[str], name: str) -> Found:
    """The module or package called `name` in the first of some directories that has one. entries: see `listing`."""
    portions: list[str] = []
    if not name or name in (".", "..") or os.sep in name or "\0" in name:
        return NOTHING
    for directory in directories:
        held = entries(directory)
        inner = os.path.join(directory, name)
        if held.get(name) is True:
            if entries(inner).get(INIT) is False:
                return Found(os.path.join(inner, INIT), ())
            portions.append(inner)
        if held.get(name + SUFFIX) is False:
            return Found(inner + SUFFIX, ())
    return Found("", tuple(portions))
