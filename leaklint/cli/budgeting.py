"""The budget of the project that paths belong to, for the commands that show it."""

from __future__ import annotations

import os
from collections.abc import Sequence

from leaklint.capacity.around import building_words, is_test
from leaklint.capacity.model import Budget
from leaklint.capacity.project import pools_in, project_budget
from leaklint.cli.terminal import tell
from leaklint.config import Settings, SettingsFinder
from leaklint.engine.project import Project
from leaklint.source.discover import discover


def budget_of(paths: Sequence[str], finder: SettingsFinder, settings: Settings, *, quiet: bool = False) -> Budget:
    """Add up the pools that the files at `paths` build, those of tests aside. Raises LeaklintError for numbers that
    cannot be; files that cannot be looked at are told."""
    discovery = discover(paths, finder)
    for problem in discovery.problems:
        tell(problem, quiet=quiet)
    project = Project(settings, finder.cwd)
    words = [word.encode() for word in building_words(project.catalog)]
    building = [
        file.path
        for file in discovery.files
        if not (is_test(file.shown) and not file.named)
        and (data := project.data(file.path)) is not None
        and any(word in data for word in words)
    ]
    pools = [pool for one in building for pool in pools_in(project.analysis(one), [one])]
    root = settings.root if settings.files else _directory(paths)
    return project_budget(settings, project.analysis(os.path.join(root, "x.py")), pools, root=root)


def _directory(paths: Sequence[str]) -> str:
    """The directory that holds all of the paths."""
    where = os.path.commonpath([os.path.abspath(path) for path in paths])
    return where if os.path.isdir(where) else os.path.dirname(where)
