"""How often a process looks for garbage in cycles. What an analysis makes it keeps: to look through all of that again
and again would take a quarter of its time. What it no longer needs is therefore taken apart."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator

_SELDOM = 1_000_000
"""New objects after which to look."""


def collect_seldom() -> None:
    """From here on, in this process."""
    gc.set_threshold(_SELDOM, *gc.get_threshold()[1:])


@contextlib.contextmanager
def collecting_seldom() -> Iterator[None]:
    """As long as the context lasts."""
    before = gc.get_threshold()
    collect_seldom()
    try:
        yield
    finally:
        gc.set_threshold(*before)


def dissolve(*holders: object) -> None:
    """Take from objects all that they hold. Nobody asks them any more; as they hold each other, all that would stay
    until somebody looks for garbage."""
    for one in holders:
        vars(one).clear()
