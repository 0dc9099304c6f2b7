"""How a process gets rid of what it no longer needs. What an analysis makes it keeps: to look through all of that for
garbage in cycles again and again would take a quarter of its time. So it seldom looks, and takes apart what is over."""

from __future__ import annotations

import contextlib
import functools
import gc
import sys
from collections.abc import Callable, Iterator

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


@functools.cache
def _trim() -> Callable[[int], int] | None:
    """What the C library offers for giving back memory; None where it does not."""
    if not sys.platform.startswith("linux"):
        return None
    with contextlib.suppress(ImportError, OSError, AttributeError):
        import ctypes

        found: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
        return found
    return None


def give_back() -> None:
    """Give memory that was let go back to the system. It lies between what is kept, and would stay with the process."""
    trim = _trim()
    if trim is not None:
        trim(0)


def dissolve(*holders: object) -> None:
    """Take from objects all that they hold. Nobody asks them any more; as they hold each other, all that would stay
    until somebody looks for garbage."""
    for one in holders:
        vars(one).clear()
