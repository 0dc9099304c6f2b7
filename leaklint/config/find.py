"""Which configuration holds for a directory: the nearest file above it that has one, and what that one extends."""

from __future__ import annotations

import os
from collections.abc import Container

from leaklint.config.options import KEYS, Options
from leaklint.config.read import ConfigError, ConfigFile, near, read_config
from leaklint.config.settings import Settings, default_settings, overlay, settings_from

NAMES = (".leaklint.toml", "leaklint.toml", "pyproject.toml")
"""Looked for in this order; the first of them that configures leaklint counts, the others beside it do not."""

_PROJECT_MARKS = ("pyproject.toml", "setup.cfg", "setup.py", ".git", ".hg")
_LONGEST_CHAIN = 20


class SettingsFinder:
    """Finds the settings of files, and remembers them by directory.

    explicit: a file (`--config`) that holds for everything. isolated: read no file at all. overrides: what the command
    line says, on top of all; its relative paths are relative to `cwd`. Errors are raised each time they are met.
    """

    def __init__(
        self, *, cwd: str, explicit: str | None = None, isolated: bool = False, overrides: Options | None = None
    ) -> None:
        self.cwd = os.path.abspath(cwd)
        self.explicit = os.path.abspath(explicit) if explicit is not None else None
        self.isolated = isolated
        self.overrides = overrides
        self._by_directory: dict[str, Settings | ConfigError] = {}
        self._by_file: dict[str, Settings | ConfigError] = {}

    def forget(self) -> None:
        """Read everything anew from now on."""
        self._by_directory.clear()
        self._by_file.clear()

    def for_file(self, path: str) -> Settings:
        """Settings of the file at an absolute path. Raises ConfigError."""
        return self.for_directory(os.path.dirname(path))

    def for_directory(self, directory: str, names: Container[str] | None = None) -> Settings:
        """Settings of the files in a directory (an absolute path). names: what it holds, where that is known. Raises
        ConfigError."""
        if self.isolated or self.explicit is not None:
            directory = self.cwd
        known = self._by_directory.get(directory)
        if known is None:
            known = self._find(directory, names)
            self._by_directory[directory] = known
        if isinstance(known, ConfigError):
            raise known
        return known

    def _find(self, directory: str, names: Container[str] | None) -> Settings | ConfigError:
        try:
            if self.isolated:
                return self._finish(default_settings(self.cwd))
            if self.explicit is not None:
                return self._load(self.explicit)
            own = self._configured_in(directory, names)
            if own is not None:
                return own
            parent = os.path.dirname(directory)
            if parent == directory:
                return self._finish(default_settings(self.cwd, makeshift=not is_project(self.cwd)))
            above = self.for_directory(parent)
        except ConfigError as error:
            return error
        if not above.files and above.root != directory and is_project(directory, names):
            return self._finish(default_settings(directory))
        return above

    def _configured_in(self, directory: str, names: Container[str] | None) -> Settings | None:
        for name in NAMES:
            if names is None or name in names:
                path = os.path.join(directory, name)
                if os.path.isfile(path) and (file := read_config(path)) is not None:
                    return self._load(path, file)
        return None

    def _load(self, path: str, file: ConfigFile | None = None) -> Settings:
        known = self._by_file.get(path)
        if known is None:
            chain = extended(path, file)
            root = os.path.dirname(path) if self.explicit is None else self.cwd
            known = self._by_file[path] = self._finish(settings_from(chain, root))
        if isinstance(known, ConfigError):
            raise known
        return known

    def _finish(self, settings: Settings) -> Settings:
        if self.overrides is None:
            return settings
        origins = {key: "command line" for key, name in KEYS.items() if getattr(self.overrides, name) is not None}
        return overlay(settings, self.overrides, self.cwd, origins)


def is_project(directory: str, names: Container[str] | None = None) -> bool:
    """Whether a directory (an absolute path) is that of a project by what it holds. names: that, where it is known."""
    marks = [mark for mark in _PROJECT_MARKS if names is None or mark in names]
    return any(os.path.exists(os.path.join(directory, mark)) for mark in marks)


def extended(path: str, file: ConfigFile | None = None) -> list[ConfigFile]:
    """The file at `path`, the one that it extends, and so on. Raises ConfigError."""
    chain: list[ConfigFile] = []
    while True:
        if file is None:
            file = read_config(path)
        if file is None:
            raise ConfigError(f"{near(path)}: has no [tool.leaklint] table")
        if any(os.path.realpath(file.path) == os.path.realpath(earlier.path) for earlier in chain):
            raise chain[-1].error(f"'extend' leads back to {near(file.path)}", "extend")
        chain.append(file)
        target = file.options.extend
        if target is None:
            return chain
        path = os.path.normpath(os.path.join(file.directory, os.path.expanduser(target)))
        if len(chain) >= _LONGEST_CHAIN:
            raise file.error(f"'extend' goes through more than {_LONGEST_CHAIN} files", "extend")
        if not os.path.isfile(path):
            raise file.error(f"'extend' names {near(path)}, which is no file", "extend")
        file = None
