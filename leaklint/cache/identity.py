"""Which leaklint an answer is from: its version, its own files, and the Python that runs it."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Iterator
from importlib.util import find_spec

from leaklint import __version__
from leaklint.digest import blake2b

_CODE = (".py", ".toml", ".msgpack")
_OTHERS = ("libcst", "msgspec", "pathspec")
"""Packages whose version changes what is said or how it is repaired."""


@functools.cache
def identity() -> str:
    """A digest that differs for different versions, for a changed working tree, and for another Python."""
    digest = blake2b(digest_size=16)
    digest.update(f"{__version__} {sys.version} {sys.getrecursionlimit()}\n".encode())
    for line in sorted(_own_files(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))):
        digest.update(line.encode("utf-8", "surrogateescape"))
    for name in _OTHERS:
        spec = find_spec(name)
        digest.update(_stamp(spec.origin if spec is not None and spec.origin else name).encode())
    return digest.hexdigest()


def _own_files(directory: str) -> Iterator[str]:
    """A line for each file of the package. Where it is no directory (in an archive), its version has to do."""
    try:
        with os.scandir(directory) as entries:
            found = list(entries)
    except OSError:
        return
    for entry in found:
        if entry.is_dir() and entry.name != "__pycache__":
            yield from _own_files(entry.path)
        elif entry.name.endswith(_CODE):
            yield _stamp(entry.path)


def _stamp(path: str) -> str:
    try:
        status = os.stat(path)
    except OSError:
        return f"{path}\n"
    return f"{path} {status.st_size} {status.st_mtime_ns}\n"
