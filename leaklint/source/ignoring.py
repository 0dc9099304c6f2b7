"""Which paths are left out: patterns of .gitignore, from the configuration and from .gitignore files."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from leaklint.config import ConfigError, Patterns, Settings

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_GLOB = frozenset("*?[]!/\\# ")
_GITIGNORE = ".gitignore"


class Matcher:
    """Patterns of one directory. Plain names are looked up; only the others need a pattern engine."""

    def __init__(self, base: str, patterns: Iterable[str]) -> None:
        self.base = base
        lines = [line for line in patterns if line.strip() and not line.startswith("#")]
        # A "!" or an order among patterns only matters to the engine; names alone commute.
        self.names = frozenset(lines) if not any(_GLOB & set(line) for line in lines) else frozenset()
        self._spec = _spec(lines) if lines and not self.names else None

    def verdict(self, path: str, is_directory: bool) -> bool | None:
        """True: left out; False: a pattern takes it back in; None: not mentioned, or not below this directory."""
        if self.names:
            return True if os.path.basename(path) in self.names else None
        if self._spec is None:
            return None
        prefix = self.base.rstrip(os.sep) + os.sep
        if not path.startswith(prefix):
            return None
        relative = path[len(prefix) :].replace(os.sep, "/")
        return self._spec.check_file(relative + "/" if is_directory else relative).include


def _spec(lines: Sequence[str]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines(lines)


def excluding(settings: Settings) -> list[Matcher]:
    """The matchers of `exclude` and `extend-exclude`. Raises ConfigError for a pattern that is none."""
    return [
        *_configured(settings.exclude, "exclude", settings),
        *_configured(settings.extend_exclude, "extend-exclude", settings),
    ]


def _configured(groups: Sequence[Patterns], key: str, settings: Settings) -> list[Matcher]:
    matchers = []
    for group in groups:
        plain = [pattern for pattern in group.patterns if not _GLOB & set(pattern)]
        others = [pattern for pattern in group.patterns if _GLOB & set(pattern)]
        try:
            matchers += [Matcher(group.base, part) for part in (plain, others) if part]
        except ValueError as error:
            raise ConfigError(f"{settings.provenance.get(key, key)}: '{key}': {error}") from error
    return matchers


def pattern_matches(base: str, pattern: str, path: str) -> bool:
    """Whether the file at the absolute `path` matches a pattern relative to `base`; a leading "!" turns it round."""
    wanted = not pattern.startswith("!")
    prefix = base.rstrip(os.sep) + os.sep
    if not path.startswith(prefix):
        return not wanted
    relative = path[len(prefix) :].replace(os.sep, "/")
    return (_one(pattern.lstrip("!")).check_file(relative).include is True) is wanted


@functools.cache
def _one(pattern: str) -> GitIgnoreSpec:
    return _spec([pattern])


def read_gitignore(directory: str) -> Matcher | None:
    """The .gitignore in `directory`; None if it has none, or none that can be read. Lines that git would not
    understand are passed over, as git does."""
    return _read(os.path.join(directory, _GITIGNORE), directory)


def _read(path: str, base: str) -> Matcher | None:
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            lines = file.read(1_000_000).splitlines()
    except (OSError, ValueError):
        return None
    try:
        return Matcher(base, lines)
    except ValueError:
        return Matcher(base, [line for line in lines if _is_understood(line)])


def _is_understood(line: str) -> bool:
    try:
        Matcher("", [line])
    except ValueError:
        return False
    return True


def inherited(directory: str) -> list[Matcher]:
    """What the repository around `directory` leaves out: its .gitignore files from the top down to the parent of
    `directory`, and `.git/info/exclude`. Empty outside a repository."""
    if os.path.exists(os.path.join(directory, ".git")):
        exclude = _read(os.path.join(directory, ".git", "info", "exclude"), directory)
        return [exclude] if exclude else []
    above: list[str] = []
    current = directory
    while os.path.dirname(current) != current:
        current = os.path.dirname(current)
        above.append(current)
        if os.path.exists(os.path.join(current, ".git")):
            matchers = [_read(os.path.join(current, ".git", "info", "exclude"), current)]
            matchers += [read_gitignore(directory) for directory in reversed(above)]
            return [matcher for matcher in matchers if matcher is not None]
    return []


def files_read(directories: Iterable[str]) -> list[str]:
    """The files that say what is ignored in some directories, if they are there: in them, and around them."""
    found: set[str] = set()
    for directory in directories:
        while directory not in found:
            found.add(directory)
            directory = os.path.dirname(directory)
    inner = (_GITIGNORE, ".git", os.path.join(".git", "info", "exclude"))
    return sorted(os.path.join(directory, name) for directory in found for name in inner)


def is_ignored(matchers: Sequence[Matcher], path: str, is_directory: bool) -> bool:
    """Whether the last word on a path is to leave it out. `matchers` go from the outermost directory inwards."""
    for matcher in reversed(matchers):
        verdict = matcher.verdict(path, is_directory)
        if verdict is not None:
            return verdict
    return False
