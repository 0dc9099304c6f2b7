"""What a process let go goes back to the system, though what it kept lies between."""

from __future__ import annotations

import subprocess
import sys

import pytest

from leaklint import garbage

_PROGRAM = """
from leaklint.garbage import give_back

def held():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096

many = [bytes(1000) for _ in range(50_000)]
many = many[::100]
before = held()
give_back()
print(before - held())
"""


@pytest.mark.skipif(garbage._trim() is None, reason="the C library offers no way to give memory back")
def test_memory_is_given_back() -> None:
    told = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=True)
    assert int(told.stdout) > 20_000_000
