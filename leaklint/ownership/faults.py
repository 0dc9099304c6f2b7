"""Exceptions: which class a statement raises, and whether an except clause takes it."""

from __future__ import annotations

import builtins
from collections.abc import Callable

from leaklint.ownership.values import Fault

ANY = Fault("")
"""Some Exception, of a class nobody knows."""
CLOSED = Fault("builtins.GeneratorExit", exact=True)
CANCELLED = Fault("asyncio.CancelledError", exact=True)
UNBOUND_LOCAL = "builtins.UnboundLocalError"

Subclass = Callable[[str, str], "bool | None"]
"""(class, base) -> whether it derives from it; None where it is not known."""


def builtin_subclass(name: str, base: str) -> bool | None:
    """Whether one builtin exception derives from another; None when either is no builtin exception."""
    first = getattr(builtins, name.removeprefix("builtins."), None) if name.startswith("builtins.") else None
    second = getattr(builtins, base.removeprefix("builtins."), None) if base.startswith("builtins.") else None
    if isinstance(first, type) and isinstance(second, type):
        return issubclass(first, second)
    return None


def taken(fault: Fault, clause: str, is_subclass: Subclass) -> bool | None:
    """Whether `except clause` takes `fault`: True, False, or None for "may".

    clause: canonical class name, "" for one nobody knows.
    """
    if clause == "builtins.BaseException":
        return True
    outside = fault.type in ("builtins.GeneratorExit", "builtins.KeyboardInterrupt", "builtins.SystemExit") or (
        fault.type == "asyncio.CancelledError"
    )
    if clause == "builtins.Exception":
        return not outside
    if not fault.type:
        return None
    if not clause:
        return False if outside else None
    if fault.type == clause:
        return True
    down = is_subclass(fault.type, clause)
    if down:
        return True
    if fault.exact:
        return False if down is False else None
    up = is_subclass(clause, fault.type)
    if up:
        return None
    if down is False or up is False or outside:
        return False
    return None
