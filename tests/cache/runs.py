"""Runs with a cache and without, and which files one looks into."""

from __future__ import annotations

from pathlib import Path

from leaklint.config import Options, SettingsFinder
from leaklint.engine import Result, check


def finder(root: Path, cache: Path | None = None) -> SettingsFinder:
    return SettingsFinder(cwd=str(root), overrides=Options(cache_dir=str(cache)) if cache else None)


def warm(root: Path, *paths: str, jobs: int = 1, propose: bool = False) -> Result:
    return check(paths or ["."], finder(root), jobs=jobs, propose=propose, cache=True)


def cold(root: Path, *paths: str, propose: bool = False) -> Result:
    return check(paths or ["."], finder(root), jobs=1, propose=propose)


def analysed(root: Path, *paths: str, propose: bool = False) -> set[str]:
    """The files that a warm run looks into."""
    looked: set[str] = set()
    import leaklint.engine.worker as worker

    whole = worker.Worker.check

    def check_and_tell(self: worker.Worker, task: worker.Task) -> object:
        looked.add(task[0].shown)
        return whole(self, task)

    worker.Worker.check = check_and_tell  # type: ignore[assignment]
    try:
        warm(root, *paths, propose=propose)
    finally:
        worker.Worker.check = whole  # type: ignore[method-assign]
    return looked
