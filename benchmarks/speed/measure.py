"""How long a command takes and how much memory it holds, itself and all that it starts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from typing import NamedTuple

_EVERY, _OFTEN = 0.05, 0.002
"""Seconds between two looks at the memory, and at whether it has ended."""


class Run(NamedTuple):
    """seconds: on the clock; processor: of all its processes; memory: the most that they held together, in bytes."""

    seconds: float
    processor: float
    memory: int


def run(command: Sequence[str], folder: str, timeout: float) -> Run | None:
    """Run a command; None if it takes too long."""
    started = time.monotonic()
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    peak = _Peak(process.pid)
    peak.start()
    try:
        while True:
            ended, status, usage = os.wait4(process.pid, os.WNOHANG)
            if ended:
                break
            if time.monotonic() - started > timeout:
                os.killpg(process.pid, signal.SIGKILL)
                os.wait4(process.pid, 0)
                process.returncode = -signal.SIGKILL
                return None
            time.sleep(_OFTEN)
        seconds = time.monotonic() - started
    finally:
        peak.ended.set()
        peak.join()
    process.returncode = os.waitstatus_to_exitcode(status)
    largest = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return Run(seconds, usage.ru_utime + usage.ru_stime, max(peak.most, largest))


class _Peak(threading.Thread):
    """Looks at a session of processes again and again. Where there is no /proc it sees nothing."""

    def __init__(self, session: int) -> None:
        super().__init__(daemon=True)
        self.session = session
        self.most = 0
        self.ended = threading.Event()

    def run(self) -> None:
        while sys.platform == "linux" and not self.ended.wait(_EVERY):
            self.most = max(self.most, sum(map(_proportional, _session(self.session))))


def _session(session: int) -> list[str]:
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat", encoding="utf-8", errors="replace") as file:
                    fields = file.read().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == session:
                found.append(entry)
    return found


def _proportional(process: str) -> int:
    """Bytes that a process holds; what several share counts once among them."""
    try:
        with open(f"/proc/{process}/smaps_rollup", encoding="utf-8") as file:
            for line in file:
                if line.startswith("Pss:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0
