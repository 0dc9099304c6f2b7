"""From the paths on the command line to the files to check.

Directories are walked, leaving out what the configuration and .gitignore leave out. Files that are named are taken as
they are, unless `force-exclude` says otherwise. Directories behind symbolic links are walked last, and each directory
once, so a file is reported under its real place where that is walked too.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Container, Sequence

import msgspec

from leaklint.config import ConfigError, Settings, SettingsFinder
from leaklint.config.find import is_project
from leaklint.source import ignoring
from leaklint.source.ignoring import Matcher
from leaklint.source.problem import Problem, cause, printable

_SUFFIX = ".py"
_ABSENT = frozenset({errno.ENOENT, errno.ENOTDIR})


class File(msgspec.Struct, frozen=True, order=True):
    """A file to check. shown: as the user would name it, with `/`; path: absolute; named: it was given itself, not a
    directory above it."""

    shown: str
    path: str
    named: bool = False


class Discovery(msgspec.Struct, frozen=True):
    """Files by their shown path, and what could not be looked at."""

    files: tuple[File, ...]
    problems: tuple[Problem, ...]


def discover(paths: Sequence[str], finder: SettingsFinder) -> Discovery:
    """The files that `paths` mean. Depends on the set of paths, not on their order."""
    walk = _Walk(finder)
    for path in sorted(set(paths), key=lambda path: (os.path.isabs(path), path)):
        walk.start(path)
    while walk.links:
        walk.links.sort()
        walk.follow(*walk.links.pop(0))
    return Discovery(tuple(sorted(walk.files.values())), tuple(sorted(set(walk.problems))))


def below(roots: Sequence[str], settings: Settings, entered: set[str] | None = None) -> list[str]:
    """Every Python file below some directories (absolute paths) under one configuration, sorted; without those of other
    projects, if these directories are none. entered: gathers the directories that were looked into."""
    walk = _Walk(_Fixed(settings), foreign=settings.makeshift)
    if settings.parts is not None:
        inside = settings.root.rstrip(os.sep) + os.sep
        roots = [*settings.parts, *(root for root in roots if not f"{root}{os.sep}".startswith(inside))]
    for root in roots:
        if os.path.isdir(root):
            walk.start(root)
    if entered is not None:
        entered |= walk.entered
    return sorted(walk.files)


def is_left_out(path: str, finder: SettingsFinder) -> bool:
    """Whether a file (an absolute path, which need not exist) that is named is excluded all the same: only with
    `force-exclude`. Raises ConfigError."""
    return _Walk(finder).is_left_out(path, False)


class _Fixed(SettingsFinder):
    """The same settings for everything."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(cwd=settings.root)
        self._settings = settings

    def for_directory(self, directory: str, names: Container[str] | None = None) -> Settings:
        return self._settings


class _Walk:
    """State of one discovery. files: by absolute path. visited: directories walked, by device and inode; entered:
    by path. links: symbolic links to directories still to follow, as (shown, absolute). foreign: projects that are met
    are other ones, and not looked into."""

    def __init__(self, finder: SettingsFinder, *, foreign: bool = False) -> None:
        self.finder = finder
        self.foreign = foreign
        self.files: dict[str, File] = {}
        self.visited: set[tuple[int, int]] = set()
        self.entered: set[str] = set()
        self.links: list[tuple[str, str]] = []
        self.problems: list[Problem] = []
        self._excluding: dict[int, tuple[Settings, list[Matcher]]] = {}

    def start(self, named: str) -> None:
        shown = os.path.normpath(named).replace(os.sep, "/")
        path = os.path.normpath(os.path.join(self.finder.cwd, named))
        try:
            mode = os.stat(path).st_mode
        except (OSError, ValueError) as error:
            self.problem(shown, _why_absent(path, error), fatal=True)
            return
        try:
            if stat.S_ISDIR(mode):
                if not self.is_left_out(path, True):
                    self.directory("" if shown == "." else shown, path)
            elif not self.is_left_out(path, False):
                known = self.files.get(path)
                self.files[path] = File(known.shown if known else shown, path, named=True)
        except ConfigError as error:
            self.config_problem(error)

    def is_left_out(self, path: str, is_directory: bool) -> bool:
        """Whether a named path is excluded all the same: only with `force-exclude`, and then by any part of it."""
        settings = self.finder.for_directory(path if is_directory else os.path.dirname(path))
        if not settings.force_exclude:
            return False
        matchers = self.excluding(settings)
        git = [*ignoring.inherited(path)] if settings.respect_gitignore else []
        part, is_dir = path, is_directory
        while len(part) > len(settings.root) and part != os.path.dirname(part):
            if any(matcher.verdict(part, is_dir) for matcher in matchers) or ignoring.is_ignored(git, part, is_dir):
                return True
            part, is_dir = os.path.dirname(part), True
        return False

    def follow(self, shown: str, path: str) -> None:
        """A symbolic link to a directory: walked unless its target was, or lies around the link itself."""
        target = os.path.realpath(path)
        here = os.path.realpath(os.path.dirname(path))
        if here == target or here.startswith(target.rstrip(os.sep) + os.sep):
            self.problem(shown, "symbolic link to a directory around it; not followed")
            return
        try:
            self.directory(shown, path)
        except ConfigError as error:
            self.config_problem(error)

    def directory(self, shown: str, path: str) -> None:
        # What is named is looked into, so patterns that leave out the whole of it say nothing about its parts.
        git = [matcher for matcher in ignoring.inherited(path) if not matcher.verdict(path, True)]
        pending = [(shown, path, git)]
        while pending:
            shown, path, git = pending.pop()
            try:
                pending += self.enter(shown, path, git)
            except ConfigError as error:
                self.config_problem(error)
            except OSError as error:
                self.problem(shown or ".", f"{cause(error)}; this directory is skipped")

    def enter(self, shown: str, path: str, git: list[Matcher]) -> list[tuple[str, str, list[Matcher]]]:
        """Take the files of one directory; returns the directories below it."""
        status = os.stat(path)
        if (status.st_dev, status.st_ino) in self.visited:
            return []
        self.visited.add((status.st_dev, status.st_ino))
        self.entered.add(path)
        with os.scandir(path) as listing:
            held = {entry.name: entry for entry in listing}
        if self.foreign and is_project(path, held):
            return []
        settings = self.finder.for_directory(path, held)
        if ".git" in held:
            git = ignoring.inherited(path)
        if ".gitignore" in held and (own := ignoring.read_gitignore(path)) is not None:
            git = [*git, own]
        excluding = self.excluding(settings)
        names = frozenset[str]().union(*(matcher.names for matcher in excluding))
        matchers = [one for one in excluding if not one.names and not one.verdict(path, True)]
        below = []
        for _, entry in sorted(held.items()):
            if entry.name in names:
                continue
            kind = self.kind(entry, shown)
            if not kind or (matchers and any(matcher.verdict(entry.path, kind != "file") for matcher in matchers)):
                continue
            if git and settings.respect_gitignore and ignoring.is_ignored(git, entry.path, kind == "directory"):
                continue
            name = f"{shown}/{entry.name}" if shown and shown != "/" else shown + entry.name
            if kind == "file":
                self.files.setdefault(entry.path, File(name, entry.path))
            elif kind == "link":
                self.links.append((name, entry.path))
            else:
                below.append((name, entry.path, git))
        return below

    def kind(self, entry: os.DirEntry[str], shown: str) -> str:
        """file, directory, link (to a directory), or "" for what is none of our business."""
        try:
            if entry.is_dir(follow_symlinks=False):
                return "directory"
            if entry.is_symlink():
                mode = os.stat(entry.path).st_mode
                if stat.S_ISDIR(mode):
                    return "link"
                return "file" if entry.name.endswith(_SUFFIX) and stat.S_ISREG(mode) else ""
            return "file" if entry.name.endswith(_SUFFIX) and entry.is_file() else ""
        except OSError as error:
            # A dangling link named like a module, or a link to itself, would be missed in silence.
            if entry.name.endswith(_SUFFIX) or error.errno not in _ABSENT:
                where = f"{shown}/{entry.name}" if shown else entry.name
                self.problem(where, f"{_why_absent(entry.path, error)}; skipped")
            return ""

    def excluding(self, settings: Settings) -> list[Matcher]:
        known = self._excluding.get(id(settings))
        if known is None:
            known = self._excluding[id(settings)] = (settings, ignoring.excluding(settings))
        return known[1]

    def problem(self, shown: str, why: str, *, fatal: bool = False) -> None:
        self.problems.append(Problem(f"{printable(shown)}: {why}", fatal))

    def config_problem(self, error: ConfigError) -> None:
        self.problems += [Problem(line, fatal=True) for line in str(error).split("\n")]


def _why_absent(path: str, error: OSError | ValueError) -> str:
    if isinstance(error, ValueError):
        return "no such path: it holds a null byte"
    if os.path.islink(path):
        return "symbolic link that leads in a circle" if error.errno == errno.ELOOP else "dangling symbolic link"
    return cause(error)
