"""The cache directory: one file for each project and way of asking.

A file is written beside its place and then moved there, so whoever reads finds the old one or the new one, whatever
else runs or dies. Two runs at once both write all that they know; the later one stays.
"""

from __future__ import annotations

import contextlib
import os
import time
from typing import TYPE_CHECKING

import msgspec

from leaklint.cache import seal
from leaklint.cache.identity import identity
from leaklint.digest import blake2b

if TYPE_CHECKING:
    from leaklint.cache.record import Record

DIRECTORY = ".leaklint_cache"
_MAGIC = b"leaklint 1\n"
_SUFFIX = ".answers"
_SEAL = ".seal"
_DIGEST = 16
_HEAD = len(_MAGIC) + _DIGEST
MOST_BYTES = 256 * 1024 * 1024
OLDEST = 30 * 24 * 3600
"""Age in seconds at which a file that no run used is removed."""
_TOUCHED = 24 * 3600
_TAG = (
    "Signature: 8a477f597d28d172789f06886806bc55\n"
    "# This file marks a directory that leaklint keeps results of earlier runs in. It may be removed at any time.\n"
    "# See https://bford.info/cachedir/\n"
)


class Store:
    """One place in a cache directory. key: everything, beside the files, that the answers depend on."""

    def __init__(self, directory: str, key: bytes) -> None:
        self.directory = directory
        name = blake2b(identity().encode() + b"\0" + key, digest_size=16).hexdigest()
        self.path = os.path.join(directory, name + _SUFFIX)
        self.seal_path = os.path.join(directory, name + _SEAL)
        self.digest = b""

    def load(self) -> Record:
        """What is kept; an empty record where nothing is, or nothing that can be believed. Sets `digest`, of it."""
        from leaklint.cache import record

        data = _read(self.path)
        if data is None:
            return record.Record()
        try:
            kept = record.decode(data[_HEAD:])
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return record.Record()
        self.digest = bytes(data[len(_MAGIC) : _HEAD])
        return kept

    def load_seal(self) -> seal.Seal | None:
        """The seal that is kept, if one is that can be believed."""
        data = _read(self.seal_path)
        try:
            return seal.decode(data[_HEAD:]) if data is not None else None
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return None

    def save(self, kept: Record) -> bool:
        """Keep a record; False where that cannot be. Sets `digest`."""
        from leaklint.cache import record

        try:
            return self._write(self.path, record.encode(kept))
        except UnicodeError:
            # Names that are no text cannot be kept.
            return False

    def save_seal(self, sealed: seal.Seal) -> bool:
        """Keep a seal; False where that cannot be."""
        try:
            return self._write(self.seal_path, seal.encode(sealed))
        except UnicodeError:
            return False

    def _write(self, path: str, body: bytes) -> bool:
        if len(body) > MOST_BYTES // 2:
            return False
        digest = _checksum(memoryview(body))
        try:
            _prepare(self.directory)
            self._replace(path, _MAGIC + digest, body)
            _evict(self.directory, keep=path)
        except OSError:
            return False
        if path == self.path:
            self.digest = digest
        return True

    def _replace(self, path: str, *parts: bytes) -> None:
        suffix = os.path.splitext(path)[1]
        temporary = os.path.join(self.directory, f".new-{os.getpid()}-{time.time_ns()}{suffix}")
        try:
            with open(temporary, "xb", opener=_for_ourselves) as file:
                file.writelines(parts)
            os.replace(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise


def _for_ourselves(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _read(path: str) -> memoryview | None:
    """A file of the cache, with its head; None where it is none, or damaged."""
    try:
        with open(path, "rb") as file:
            data = memoryview(file.read())
        if time.time() - os.stat(path).st_mtime > _TOUCHED:
            os.utime(path)
    except OSError:
        return None
    head = bytes(data[:_HEAD])
    return data if head.startswith(_MAGIC) and head[len(_MAGIC) :] == _checksum(data[_HEAD:]) else None


def _checksum(body: memoryview) -> bytes:
    return blake2b(body, digest_size=_DIGEST).digest()


def _prepare(directory: str) -> None:
    """Make the directory, and say in it that it is a cache and none of git's business."""
    os.makedirs(directory, exist_ok=True)
    for name, text in (("CACHEDIR.TAG", _TAG), (".gitignore", "*\n")):
        path = os.path.join(directory, name)
        if not os.path.exists(path):
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)


def _evict(directory: str, *, keep: str) -> None:
    """Remove files that no run used for long, what killed runs left, and the longest unused while there is too much."""
    now = time.time()
    found: list[tuple[float, int, str]] = []
    with os.scandir(directory) as entries:
        for entry in entries:
            if entry.name.endswith((_SUFFIX, _SEAL)) and entry.path != keep:
                with contextlib.suppress(OSError):
                    status = entry.stat(follow_symlinks=False)
                    found.append((status.st_mtime, status.st_size, entry.path))
    room = MOST_BYTES - os.stat(keep).st_size
    for used, size, path in sorted(found, reverse=True):
        room -= size
        left_over = os.path.basename(path).startswith(".new-") and now - used > 3600
        if room < 0 or now - used > OLDEST or left_over:
            with contextlib.suppress(OSError):
                os.unlink(path)
