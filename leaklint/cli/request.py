"""What a run of `leaklint check` is asked for, and the plain command lines that are understood without click: to load
that takes as long as a run that has nothing new to look at."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from leaklint.cli.commands import COMMANDS, DEFAULT
from leaklint.config import Options

_FLAGS: dict[str, dict[str, Any]] = {
    "--quiet": {"quiet": True},
    "-q": {"quiet": True},
    "--exit-zero": {"exit_zero": True},
    "--isolated": {"isolated": True},
    "--no-cache": {"cache": False},
}
_VALUES = {"--output-format": "output_format", "--cache-dir": "cache_dir", "--jobs": "jobs", "-j": "jobs"}
_OVERRIDES = frozenset({"output_format", "cache_dir"})


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for. overrides: the options that configuration files know, too. None: not given."""

    paths: tuple[str, ...] = (".",)
    overrides: Options = Options()
    config: tuple[str, ...] = ()
    isolated: bool = False
    fix: bool = False
    fix_only: bool = False
    diff: bool = False
    statistics: bool = False
    show_files: bool = False
    output_file: str | None = None
    stdin_filename: str | None = None
    write_baseline: str | None = None
    prune_baseline: bool = False
    diff_base: str | None = None
    add_ignore: str | None = None
    cache: bool = True
    prefilter: bool = True
    jobs: int = 0
    executor: str | None = None
    exit_zero: bool = False
    exit_non_zero_on_fix: bool = False
    watch: bool = False
    quiet: bool = False
    verbose: bool = False
    color: str = "auto"


def plain(arguments: Sequence[str], environment: Mapping[str, str]) -> Request | None:
    """What a command line asks for that names paths and a few options, each once; None for all others, among them those
    that are wrong."""
    if sys.platform == "win32" or any("LEAKLINT" in name for name in environment):
        # There click expands patterns; and options may come from the environment.
        return None
    left = list(arguments)
    if left and left[0] == DEFAULT:
        del left[0]
    elif left and (left[0] in COMMANDS or (left[0].isalpha() and not os.path.exists(left[0]))):
        return None
    asked: dict[str, Any] = {}
    paths: list[str] = []
    while left:
        word = left.pop(0)
        if not word or not word.startswith("-"):
            paths.append(word)
            continue
        found = _FLAGS.get(word) or _valued(word, left)
        if not found or not asked.keys().isdisjoint(found):
            return None
        asked.update(found)
    overrides = Options(**{name: asked.pop(name) for name in _OVERRIDES & asked.keys()})
    return Request(paths=tuple(paths) or (".",), overrides=overrides, **asked)


def _valued(word: str, left: list[str]) -> dict[str, Any] | None:
    """What an option with a value asks for, where it is one; its value is taken from what is left."""
    name, equals, value = word.partition("=")
    if name not in _VALUES or (equals and name[:2] != "--") or not (equals or left):
        return None
    value = value if equals else left.pop(0)
    if not value or value.startswith("-"):
        return None
    if _VALUES[name] == "jobs":
        return {"jobs": int(value)} if value.isascii() and value.isdecimal() else None
    return {_VALUES[name]: value}
