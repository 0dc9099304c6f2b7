"""The rules, one file each. A file `lkNNN_name.py` in this package holds one `RULE`; nothing else registers it."""

from __future__ import annotations

import functools
import importlib
import pkgutil

from leaklint.model import LeaklintError
from leaklint.rules.base import Rule


@functools.cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, by code. The files are read on the first call."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__) if module.name.startswith("lk"))
    return tuple(importlib.import_module(f"{__name__}.{name}").RULE for name in names)


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
