"""Which files of a project may describe how it is deployed."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

_DEEPEST = 3
_MOST_ENTRIES = 4000
_SKIPPED = frozenset(
    {"node_modules", "venv", "site-packages", "tests", "test", "build", "dist", "__pycache__"}
    | {"fixtures", "examples", "demo", "docs", "benchmarks", "templates"}
)
YAML = re.compile(r"\.ya?ml$")
GUNICORN = frozenset({"gunicorn.conf.py", "gunicorn_conf.py", "gunicorn_config.py", "gunicorn.py"})
_CONFIGURATIONS = ("Procfile", "postgresql.conf", "my.cnf", "pgbouncer.ini")
WATCHED = ("*.yaml", "*.yml", "*Dockerfile*", *_CONFIGURATIONS)
"""Globs that the names of all such files match which are no Python."""
DOCKERFILE = re.compile(r"^(.+\.)?Dockerfile(\..+)?$")


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
        found += [
            os.path.join(directory, name)
            for name in names
            if name in _CONFIGURATIONS or name in GUNICORN or YAML.search(name) or DOCKERFILE.match(name)
        ]
    return sorted(found)
