"""How the tests run the command, and what they run it on."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]
LEAK = """\
import sqlite3


def first(path):
    conn = sqlite3.connect(path)
    row = conn.execute("select 1").fetchone()
    conn.close()
    return row
"""
CLEAN = """\
import sqlite3


def first(path):
    conn = sqlite3.connect(path)
    try:
        return conn.execute("select 1").fetchone()
    finally:
        conn.close()
"""


class Ran:
    """What a command did."""

    def __init__(self, done: subprocess.CompletedProcess[bytes]) -> None:
        self.status = done.returncode
        self.out = done.stdout.decode()
        self.err = done.stderr.decode()

    def __repr__(self) -> str:
        return f"status {self.status}\n--- out\n{self.out}\n--- err\n{self.err}"


Leaklint = Callable[..., Ran]
