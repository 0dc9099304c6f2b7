"""`--watch`: check again whenever a file changes."""

from __future__ import annotations

import importlib
import os
import sys
import time
from collections.abc import Callable, Sequence

from leaklint import engine
from leaklint.cli import terminal
from leaklint.config import SettingsFinder
from leaklint.config.find import NAMES
from leaklint.model import LeaklintError

_EVERY = 0.5

State = dict[str, tuple[int, int]]


def watch(paths: Sequence[str], finder: SettingsFinder, check: Callable[[], int]) -> int:
    """Run `check` now and after each change, until interrupted; returns the status of the last run."""
    status = 0
    try:
        while True:
            if sys.stdout.isatty():
                terminal.write_result("\x1b[2J\x1b[H")
            finder.forget()
            before = _state(paths, finder)
            try:
                status = check()
            except LeaklintError as error:
                status = 2
                for line in str(error).split("\n"):
                    terminal.note(f"error: {line}")
            terminal.note("watching for changes; Ctrl-C ends")
            _wait(paths, finder, before)
    except KeyboardInterrupt:
        return status


def _wait(paths: Sequence[str], finder: SettingsFinder, before: State) -> None:
    """Return when something changed. Asks the system where `watchfiles` is installed, else looks twice a second."""
    try:
        system_watch = importlib.import_module("watchfiles").watch
    except ImportError:
        while _state(paths, finder) == before:
            time.sleep(_EVERY)
        return
    if _state(paths, finder) != before:
        return
    existing = [path for path in paths if os.path.exists(path)]
    for _ in system_watch(*existing, finder.cwd, raise_interrupt=True):
        if _state(paths, finder) != before:
            return


def _state(paths: Sequence[str], finder: SettingsFinder) -> State:
    """Time and size of the files that are checked and of the configuration around them."""
    files = [file.path for file in engine.plan(paths, finder).files]
    directories = {os.path.dirname(file) for file in files} | {finder.cwd}
    watched = [*files, *(os.path.join(directory, name) for directory in directories for name in NAMES)]
    return {path: (found.st_mtime_ns, found.st_size) for path in watched if (found := _stat(path)) is not None}


def _stat(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)
    except OSError:
        return None
