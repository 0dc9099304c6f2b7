"""The rules, one file each. A file `lkNNN_name.py` in this package holds one `RULE`; nothing else registers it."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from typing import TYPE_CHECKING

from leaklint.model import LeaklintError

if TYPE_CHECKING:
    from leaklint.rules.base import Rule

UNUSED = "LK901"
"""The rule about a comment that suppresses nothing."""
UNREADABLE = "LK902"
"""The rule about what could not be read, or not be looked at on all its paths."""
UNSILENCED = frozenset({UNUSED, UNREADABLE})
"""Rules that speak about the check itself: neither a comment nor a baseline silences them."""
_OFF = frozenset({"LK402", "LK403"})
"""Rules that are off unless they are asked for."""


@functools.cache
def _files() -> tuple[str, ...]:
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__) if module.name.startswith("lk")))


def codes_and_names() -> tuple[tuple[str, str, bool], ...]:
    """Code and name of every rule, and whether it is on by default; none is loaded for it."""
    parts = (file.partition("_") for file in _files())
    return tuple((code.upper(), name.replace("_", "-"), code.upper() not in _OFF) for code, _, name in parts)


@functools.cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, by code. The files are read on the first call."""
    return tuple(importlib.import_module(f"{__name__}.{name}").RULE for name in _files())


@functools.cache
def _by_key() -> dict[str, Rule]:
    return {key: rule for rule in all_rules() for key in (rule.code.lower(), rule.name)}


def rule(code_or_name: str) -> Rule:
    """The rule with this code (any case) or name. Raises LeaklintError naming the nearest one."""
    found = _by_key().get(code_or_name.strip().lower())
    if found is not None:
        return found
    import difflib

    near = difflib.get_close_matches(code_or_name.strip().lower(), list(_by_key()), n=1)
    hint = f"; did you mean {_by_key()[near[0]].code} ({_by_key()[near[0]].name})?" if near else ""
    raise LeaklintError(f"there is no rule {code_or_name!r}{hint or '; `leaklint rule --all` lists them'}")
