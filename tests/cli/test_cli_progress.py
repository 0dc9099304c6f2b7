"""The line that counts files: on a terminal, once a run lasts, and gone before anything else is printed."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator

import pytest

from leaklint.cli import terminal

pty = pytest.importorskip("pty", reason="needs a pseudo-terminal")


@contextlib.contextmanager
def terminal_at_stderr(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], str]]:
    """Standard error is a terminal; gives what was written to it."""
    ours, theirs = pty.openpty()
    monkeypatch.setenv("TERM", "xterm")
    os.set_blocking(ours, False)

    def seen() -> str:
        try:
            return os.read(ours, 65536).decode()
        except BlockingIOError:
            return ""

    with os.fdopen(theirs, "w", encoding="utf-8") as stream:
        monkeypatch.setattr(sys, "stderr", stream)
        yield seen
    os.close(ours)


def test_it_counts_and_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal, "_QUIET_FOR", -1.0)
    with terminal_at_stderr(monkeypatch) as screen:
        counts_and_goes_away(screen)


def counts_and_goes_away(screen: Callable[[], str]) -> None:
    progress = terminal.Progress(shown=True)
    progress.advance(3, 12)
    shown = screen()
    assert shown.endswith(" 3/12 files")
    assert shown.count("█") == 30 * 3 // 12
    progress.advance(4, 12)
    assert screen() == ""
    progress.clear()
    assert screen() == "\r\x1b[K"
    progress.clear()
    assert screen() == ""


@pytest.mark.parametrize("why", ["short", "quiet", "dumb"])
def test_it_stays_away(monkeypatch: pytest.MonkeyPatch, why: str) -> None:
    if why != "short":
        monkeypatch.setattr(terminal, "_QUIET_FOR", -1.0)
    with terminal_at_stderr(monkeypatch) as screen:
        if why == "dumb":
            monkeypatch.setenv("TERM", "dumb")
        progress = terminal.Progress(shown=why != "quiet")
        progress.advance(1, 2)
        progress.clear()
        assert screen() == ""


def test_without_a_terminal_nothing_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    progress = terminal.Progress(shown=True)
    progress.advance(1, 2)
    progress.clear()
    assert capsys.readouterr().err == ""
