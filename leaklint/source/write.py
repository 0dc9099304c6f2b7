"""Writing a file so that it is either the old one or the new one, whatever happens in between."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile

from leaklint.model import LeaklintError
from leaklint.source.problem import cause, printable


class WriteError(LeaklintError):
    """A file was not written; it is as it was."""


def write_atomically(path: str, data: bytes, *, expected: bytes | None = None) -> None:
    """Replace the content of `path`. Its mode is kept, and a symbolic link stays one: its target is replaced.

    expected: what the file must still hold; if somebody changed it meanwhile, it is left alone. Raises WriteError.
    """
    target = os.path.realpath(path)
    try:
        before = _checked(path, target, expected)
        descriptor, temporary = tempfile.mkstemp(
            prefix=f".{os.path.basename(target)[:60]}.", dir=os.path.dirname(target)
        )
        try:
            _fill(descriptor, data, before)
            os.replace(temporary, target)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
        _sync_directory(os.path.dirname(target))
    except OSError as error:
        raise WriteError(f"{printable(path)}: not written: {cause(error)}; the file is unchanged") from error


def _checked(path: str, target: str, expected: bytes | None) -> os.stat_result | None:
    try:
        before = os.stat(target)
    except FileNotFoundError:
        if expected is not None:
            raise WriteError(f"{printable(path)}: not written: it vanished meanwhile") from None
        return None
    if not stat.S_ISREG(before.st_mode):
        raise WriteError(f"{printable(path)}: not written: it is no regular file")
    if not os.access(target, os.W_OK):
        raise WriteError(f"{printable(path)}: not written: it is read-only; make it writable first")
    if expected is not None:
        with open(target, "rb") as file:
            if file.read() != expected:
                raise WriteError(f"{printable(path)}: not written: it was changed meanwhile; run again")
    return before


def _fill(descriptor: int, data: bytes, before: os.stat_result | None) -> None:
    with open(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        if before is None:
            mask = os.umask(0)
            os.umask(mask)
            os.chmod(file.fileno() if os.chmod in os.supports_fd else file.name, 0o666 & ~mask)
        elif hasattr(os, "fchmod"):
            if (before.st_uid, before.st_gid) != (os.getuid(), os.getgid()):
                with contextlib.suppress(OSError):
                    os.fchown(file.fileno(), before.st_uid, before.st_gid)
            os.fchmod(file.fileno(), stat.S_IMODE(before.st_mode))
        os.fsync(file.fileno())


def _sync_directory(directory: str) -> None:
    """So that the new name survives a power cut; not every system allows it, and the content is safe without."""
    with contextlib.suppress(OSError):
        descriptor = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
