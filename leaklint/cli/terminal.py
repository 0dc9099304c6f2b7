"""What is printed, and where: results to stdout, everything else to stderr."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from typing import TextIO

from leaklint.source.problem import Problem

_QUIET_FOR = 1.0
_EVERY = 0.1
_COLUMNS = 100
"""Of what is no terminal."""


def wants_color(choice: str, stream: TextIO) -> bool:
    """Whether to colour what goes to `stream`: `choice` is auto, always or never. NO_COLOR and FORCE_COLOR count."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def width() -> int:
    """Columns of the terminal, within reason."""
    # `shutil` has the same, and takes as long to load as a run that has nothing to do.
    columns = os.environ.get("COLUMNS", "")
    found = int(columns) if columns.isdecimal() else 0
    if not found and sys.__stdout__ is not None:
        with contextlib.suppress(OSError, ValueError):
            found = os.get_terminal_size(sys.__stdout__.fileno()).columns
    return max(40, min(found or _COLUMNS, 160))


def write_result(text: str) -> None:
    """To stdout, in UTF-8 whatever the locale; file names that are no text as the bytes they are."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
    sys.stdout.buffer.flush()


def note(text: str) -> None:
    """A line to stderr."""
    data = f"leaklint: {text}\n".encode("utf-8", "backslashreplace")
    sys.stderr.flush()
    sys.stderr.buffer.write(data)
    sys.stderr.buffer.flush()


def tell(problem: Problem, *, quiet: bool) -> None:
    """A problem to stderr; with `quiet` only one that ends the run with status 2."""
    if problem.fatal:
        note(f"error: {problem.text}")
    elif not quiet:
        note(f"warning: {problem.text}")


class Progress:
    """A line on the terminal that counts files, once a run has lasted a second. Nothing where stderr is no terminal."""

    def __init__(self, *, shown: bool) -> None:
        self._shown = shown and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._next = time.monotonic() + _QUIET_FOR
        self._drawn = False

    def advance(self, done: int, total: int) -> None:
        """So many files of so many are done."""
        now = time.monotonic()
        if not self._shown or now < self._next:
            return
        self._next = now + _EVERY
        self._drawn = True
        filled = 30 * done // max(total, 1)
        sys.stderr.write(f"\r\x1b[K{'█' * filled}{'░' * (30 - filled)} {done}/{total} files")
        sys.stderr.flush()

    def clear(self) -> None:
        """Take the line away before anything else is printed."""
        if self._drawn:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._drawn = False
