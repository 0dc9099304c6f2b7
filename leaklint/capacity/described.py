"""Which files of a project may describe how it is deployed."""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Callable, Iterable

_DEEPEST = 3
_MOST_ENTRIES = 4000
_SKIPPED = frozenset(
    {"node_modules", "venv", "site-packages", "tests", "test", "build", "dist", "__pycache__"}
    | {"fixtures", "examples", "demo", "docs", "benchmarks", "templates"}
)
_YAML = ("*.yaml", "*.yml")
_DOCKERFILES = ("Dockerfile", "Dockerfile.?*", "?*.Dockerfile", "?*.Dockerfile.?*")
GUNICORN = frozenset({"gunicorn.conf.py", "gunicorn_conf.py", "gunicorn_config.py", "gunicorn.py"})
_CONFIGURATIONS = ("Procfile", "postgresql.conf", "my.cnf", "pgbouncer.ini")
GLOBS = (*_YAML, *_DOCKERFILES, *_CONFIGURATIONS, *sorted(GUNICORN))
"""What the names of all such files match."""


def _matching(globs: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(fnmatch.translate, globs)))


YAML, DOCKERFILE, _ANY = _matching(_YAML), _matching(_DOCKERFILES), _matching(GLOBS)


def files_of(root: str, met: Callable[[str], object] | None = None) -> list[str]:
    """The files below `root` that may describe a deployment, a few directories deep, sorted. met: told of each
    directory that was looked into."""
    found: list[str] = []
    seen = 0
    for directory, inner, names in os.walk(root):
        if met is not None:
            met(directory)
        depth = os.path.relpath(directory, root).count(os.sep) + (directory != root)
        inner[:] = sorted(one for one in inner if one[:1] != "." and one not in _SKIPPED) if depth < _DEEPEST else []
        seen += len(names)
        if seen > _MOST_ENTRIES:
            break
        found += [os.path.join(directory, name) for name in names if _ANY.match(name)]
    return sorted(found)
