"""What a file holds, without reading it where its size and times tell.

A file that was changed a moment ago may be changed again without its times showing it: clocks of file systems are
coarse. As git does, times are believed only if they were old when the file was read.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping

import msgspec

from leaklint.digest import blake2b

COARSEST = 2_000_000_000
"""The coarsest clock of a file system in use, in nanoseconds."""
_NEVER = -1
"""Stands for times that must not be believed."""
ABSENT = b""
"""Stands for the digest of a file that cannot be read."""


class Stamp(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A file's size, times (nanoseconds) and number, with the digest of what it held then."""

    size: int
    modified: int
    changed: int
    inode: int
    digest: bytes

    @property
    def is_young(self) -> bool:
        """Whether the file was changed so shortly before it was read that its times do not tell."""
        return self.modified == _NEVER


def content_digest(data: bytes) -> bytes:
    """The digest by which contents are compared."""
    return blake2b(data, digest_size=16).digest()


class Stamps:
    """Digests of files, by absolute path. known: stamps of an earlier run. Each file is looked at once."""

    def __init__(self, known: Mapping[str, Stamp] | None = None) -> None:
        self.known = dict(known or {})
        self.current: dict[str, Stamp | None] = {}

    def digest(self, path: str) -> bytes:
        """The digest of a file's content; ABSENT where it cannot be read."""
        if path not in self.current:
            self.current[path] = self._look(path)
        stamp = self.current[path]
        return stamp.digest if stamp is not None else ABSENT

    def _look(self, path: str) -> Stamp | None:
        known = self.known.get(path)
        try:
            status = os.stat(path)
            if known is not None and _same(status, known):
                return known
            with open(path, "rb") as file:
                return taken(status, file.read())
        except (OSError, ValueError):
            return None


def taken(status: os.stat_result, data: bytes) -> Stamp:
    """The stamp of a file whose status was `status` before `data` was read from it."""
    digest = content_digest(data)
    if time.time_ns() - max(status.st_mtime_ns, status.st_ctime_ns) < COARSEST:
        return Stamp(status.st_size, _NEVER, _NEVER, status.st_ino, digest)
    return Stamp(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, digest)


def _same(status: os.stat_result, stamp: Stamp) -> bool:
    return (
        status.st_mtime_ns == stamp.modified
        and status.st_size == stamp.size
        and status.st_ctime_ns == stamp.changed
        and status.st_ino == stamp.inode
    )
