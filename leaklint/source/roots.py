"""Where the modules of a project lie: from an import to a file.

Imports are looked for as Python would find them when the code runs: from the directory that the importing package or
script lies in, from the source roots, and from the directories between, for repositories of several programs.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

_INIT = "__init__.py"


class Roots:
    """The source roots (absolute paths) of one project. Remembers what it saw of the disk."""

    def __init__(self, src: Sequence[str], project: str) -> None:
        self.project = project
        self.src = tuple(dict.fromkeys(os.path.normpath(root) for root in src))
        self._files: dict[str, bool] = {}
        self._search: dict[str, tuple[str, ...]] = {}
        self._package_roots: dict[str, str] = {}

    def locate(self, module: str, importer: str = "") -> str | None:
        """The file of the project that `import module` means in the file `importer`; None if it is no part of it.

        `module` is absolute. A package is its `__init__.py`; a namespace package has no file.
        """
        parts = module.split(".")
        if not all(parts) or any("/" in part or "\0" in part or os.sep in part for part in parts):
            return None
        for directory in self.search_path(importer):
            stem = os.path.join(directory, *parts)
            for path in (os.path.join(stem, _INIT), f"{stem}.py"):
                if self._is_file(path):
                    return path
        return None

    def find(self, module: str, importer: str) -> str | None:
        """The file that a module, absolute or relative (`..db`), means in the file `importer`."""
        return self.locate_relative(module, importer) if module.startswith(".") else self.locate(module, importer)

    def locate_relative(self, module: str, importer: str) -> str | None:
        """The same for a relative import, such as `..db`, seen from the file `importer`."""
        rest = module.lstrip(".")
        directory = os.path.dirname(importer)
        for _ in range(len(module) - len(rest) - 1):
            directory = os.path.dirname(directory)
        stem = os.path.join(directory, *rest.split(".")) if rest else directory
        candidates = (os.path.join(stem, _INIT), f"{stem}.py") if rest else (os.path.join(stem, _INIT),)
        return next((path for path in candidates if self._is_file(path)), None)

    def search_path(self, importer: str = "") -> tuple[str, ...]:
        """Directories that absolute imports of the file `importer` are looked for in, the first first."""
        start = self.package_root(importer) if importer else ""
        known = self._search.get(start)
        if known is None:
            directories = [start, *self.src] if start else [*self.src]
            above = os.path.dirname(start)
            while start and _inside(above, self.project) and above != self.project:
                directories.append(above)
                above = os.path.dirname(above)
            known = self._search[start] = tuple(dict.fromkeys(directories))
        return known

    def package_root(self, path: str) -> str:
        """The directory above the outermost package that the file is in; its own directory, if it is in none."""
        directory = os.path.dirname(path)
        known = self._package_roots.get(directory)
        if known is None:
            known = directory
            while self._is_file(os.path.join(known, _INIT)) and os.path.dirname(known) != known:
                known = os.path.dirname(known)
            self._package_roots[directory] = known
        return known

    @property
    def seen(self) -> set[str]:
        """The directories in which files were looked for."""
        return {os.path.dirname(path) for path in self._files}

    def _is_file(self, path: str) -> bool:
        known = self._files.get(path)
        if known is None:
            known = self._files[path] = os.path.isfile(path)
        return known

    def contains(self, path: str) -> bool:
        """Whether a path lies below one of the source roots."""
        return any(_inside(path, root) for root in self.src)


def _inside(path: str, directory: str) -> bool:
    return path.startswith(directory.rstrip(os.sep) + os.sep) or path == directory
