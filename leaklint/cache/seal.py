"""What a whole question looked at on disk when all its answers held, so that asking again costs a look at the times.

A directory's own times tell whether names came or went in it; what a link leads to is asked each time. As with files,
times are believed only if they were old when the run began. A seal speaks for itself: it holds the answers, too.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping

import msgspec

from leaklint.cache import stamps
from leaklint.digest import blake2b
from leaklint.model import Finding
from leaklint.report.content import Suppressed

_PASSING = frozenset({"__pycache__"})
"""Directories that come into being while code runs, and hold none."""
_NEVER = -1
"""Stands for times that tell nothing."""


class SealedFile(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A file (a size of -1: there is none; -2: it is no file) and what its status was."""

    path: str
    size: int = -1
    modified: int = 0
    changed: int = 0
    inode: int = 0


class SealedDirectory(msgspec.Struct, frozen=True, array_like=True):
    """A directory, what its status was, a digest of the names in it, and what those that are links lead to."""

    path: str
    device: int
    inode: int
    modified: int
    changed: int
    names: bytes
    links: tuple[tuple[str, str, int], ...] = ()


class SealedAnswer(msgspec.Struct, frozen=True, array_like=True):
    """What was said of the file with this number among those that were asked for."""

    number: int
    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...]


class Seal(msgspec.Struct, frozen=True, array_like=True):
    """asked: a digest of the files that were asked for, `count` of them. tables, surveys: of the record with the digest
    `record`, the facts about names in directories that were found to hold, as sets. answers: those that say something.
    """

    record: bytes
    asked: bytes
    count: int
    directories: tuple[SealedDirectory, ...]
    files: tuple[SealedFile, ...]
    tables: tuple[bytes, ...]
    surveys: dict[str, bytes]
    answers: msgspec.Raw


def directories_hold(seal: Seal) -> bool:
    """Whether all names in directories are what they were."""
    return all(map(_directory_holds, seal.directories))


def files_hold(seal: Seal) -> bool:
    """Whether all files are what they were."""
    return all(map(_file_holds, seal.files))


def _file_holds(file: SealedFile) -> bool:
    try:
        status = os.stat(file.path)
    except (OSError, ValueError):
        return file.size == -1
    if not stat.S_ISREG(status.st_mode):
        return file.size == -2
    return (
        status.st_mtime_ns == file.modified
        and status.st_size == file.size
        and status.st_ctime_ns == file.changed
        and status.st_ino == file.inode
    )


def _directory_holds(directory: SealedDirectory) -> bool:
    try:
        status = os.stat(directory.path)
    except (OSError, ValueError):
        return False
    same = (
        status.st_mtime_ns == directory.modified
        and status.st_ctime_ns == directory.changed
        and status.st_ino == directory.inode
        and status.st_dev == directory.device
    )
    if not same and _names(directory.path)[0] != directory.names:
        return False
    return all(_target(path) == (to, kind) for path, to, kind in directory.links)


def sealed_file(path: str, began: int) -> SealedFile | None:
    """A file as it is; None where it changed so shortly before `began` (nanoseconds) that its times do not tell."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return SealedFile(path)
    if not stat.S_ISREG(status.st_mode):
        return SealedFile(path, -2)
    if not _is_old(status, began):
        return None
    return SealedFile(path, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


def names_in(directory: str) -> bytes:
    """A digest of the names in a directory; b"" where it cannot be read."""
    try:
        return _names(directory)[0]
    except OSError:
        return b""


def sealed_directories(
    paths: Iterable[str], began: int, young: Mapping[str, bytes] | None = None
) -> list[SealedDirectory] | None:
    """Directories as they are, and for one that is none, the next one above; None as for files. young: digests of the
    names in directories that did change, but not since these were looked up."""
    found: dict[str, SealedDirectory] = {}
    for path in paths:
        while path not in found:
            try:
                status = os.stat(path)
                names, links = _names(path)
            except (OSError, ValueError):
                above = os.path.dirname(path)
                if above == path:
                    return None
                path = above
                continue
            modified, changed = status.st_mtime_ns, status.st_ctime_ns
            if not _is_old(status, began):
                if young is None or young.get(path) != names:
                    return None
                modified = changed = _NEVER
            told = tuple((one, *_target(one)) for one in links)
            found[path] = SealedDirectory(path, status.st_dev, status.st_ino, modified, changed, names, told)
    return list(found.values())


def _is_old(status: os.stat_result, began: int) -> bool:
    return began - max(status.st_mtime_ns, status.st_ctime_ns) >= stamps.COARSEST


def _names(directory: str) -> tuple[bytes, list[str]]:
    """A digest of the names in a directory with their kinds, and the links among them. Raises OSError."""
    lines, links = [], []
    with os.scandir(directory) as entries:
        for entry in entries:
            if entry.name in _PASSING:
                continue
            if entry.is_symlink():
                links.append(entry.path)
            lines.append(f"{entry.name}\0{entry.is_symlink():d}{entry.is_dir(follow_symlinks=False):d}")
    text = "\n".join(sorted(lines)).encode("utf-8", "surrogateescape")
    return blake2b(text, digest_size=16).digest(), sorted(links)


def _target(link: str) -> tuple[str, int]:
    try:
        return os.path.realpath(link), stat.S_IFMT(os.stat(link).st_mode)
    except (OSError, ValueError):
        return os.path.realpath(link), 0


def decode(data: bytes | memoryview) -> Seal:
    """A seal from its bytes. Raises msgspec.MsgspecError."""
    return msgspec.msgpack.decode(data, type=Seal)


def decode_answers(data: msgspec.Raw) -> list[SealedAnswer]:
    """The answers from their bytes. Raises msgspec.MsgspecError."""
    return msgspec.msgpack.decode(data, type=list[SealedAnswer])


def encode(seal: Seal) -> bytes:
    """The bytes of a seal."""
    return msgspec.msgpack.encode(seal)


def encode_answers(answers: list[SealedAnswer]) -> msgspec.Raw:
    """The bytes of answers."""
    return msgspec.Raw(msgspec.msgpack.encode(answers))
