"""The command line.

Exit status: 0 nothing found, 1 findings, 2 wrong usage, wrong configuration or an internal error.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

from leaklint import __version__


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line (without the program's name; None: this process's own). Returns the exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given in (["--version"], ["-V"]):
        # Asked for by editors and hooks at each start, so before anything is imported.
        print(f"leaklint {__version__}")
        return 0
    from leaklint.garbage import collect_seldom

    if arguments is not None:
        return _run(given)
    collect_seldom()
    try:
        return _run(given)
    finally:
        gc.freeze()  # the process ends: nothing in it needs to be looked through and taken apart before


def _run(given: Sequence[str]) -> int:
    from leaklint.cli.request import plain

    request = plain(given, os.environ)
    if request is None:
        from leaklint.cli.app import run

        return run(given)
    from leaklint.cli.checking import run as check
    from leaklint.cli.ending import ended

    return ended(lambda: check(request))
