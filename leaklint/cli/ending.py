"""How a command ends: with a status, and errors in one line on stderr."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Callable
from typing import Any

from leaklint.model import LeaklintError
from leaklint.source.problem import cause, printable

USAGE, INTERRUPTED = 2, 130
_SIGPIPE = 13


def ended(run: Callable[[], Any]) -> int:
    """The status with which a command ends. run: gives that, if it gives a number."""
    try:
        status = run()
        sys.stdout.flush()
    except (BrokenPipeError, SystemExit):
        # click turns a closed pipe into an exit, with the status of findings.
        return _closed_pipe()
    except LeaklintError as error:
        return fail(str(error))
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        if error.errno in (errno.EPIPE, errno.EINVAL, errno.ESHUTDOWN) and not error.filename:
            return _closed_pipe()
        place = f"{printable(os.fsdecode(error.filename))}: " if error.filename else "output: "
        with contextlib.suppress(OSError):
            sys.stdout = open(os.devnull, "w")  # noqa: SIM115  (what is buffered cannot be written either)
        return fail(f"{place}{cause(error)}")
    return status if isinstance(status, int) else 0


def fail(text: str, status: int = USAGE) -> int:
    """Print an error, a line for each line of `text`; returns the status."""
    with contextlib.suppress(OSError):
        for line in text.split("\n"):
            print(f"leaklint: error: {line}", file=sys.stderr)
    return status


def _closed_pipe() -> int:
    """Whoever read the output has seen enough. The interpreter must not find the pipe closed once more at its end."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 128 + _SIGPIPE if os.name == "posix" else 1
