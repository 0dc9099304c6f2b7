"""The kept answers of a whole run. Where all of them are sealed nothing else is loaded to give them."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from leaklint.cache.seal import Seal, decode_answers, directories_hold, files_hold
from leaklint.cache.store import DIRECTORY, Store
from leaklint.catalog.versions import versions_in_force
from leaklint.config import Settings
from leaklint.digest import blake2b
from leaklint.engine.outcome import Checked, Outcome
from leaklint.source.discover import File

if TYPE_CHECKING:
    from leaklint.engine.keeping import Keeper
    from leaklint.engine.project import Project

_NOTHING = Outcome()
_IMMATERIAL = {"provenance": {}, "baseline": "", "output_format": "", "show_witness": True, "cache_dir": ""}
"""Settings that say nothing about what is found, at the same value for all."""


def store_of(settings: Settings, cwd: str, *, propose: bool, thorough: bool = False) -> Store:
    """Where the answers about the files of these settings are kept."""
    material = msgspec.structs.replace(settings, **_IMMATERIAL)
    versions = versions_in_force(settings.root, settings.target_versions)
    key = msgspec.json.encode((material, cwd, propose, thorough, sorted(versions.items())))
    return Store(settings.cache_dir or os.path.join(settings.root, DIRECTORY), key)


def sealed_outcomes(seal: Seal, files: Sequence[File]) -> list[Outcome | None] | None:
    """The outcomes beside the files, if those are what the seal is of and nothing that it rests on changed."""
    if seal.count != len(files) or seal.asked != asked(files) or not (files_hold(seal) and directories_hold(seal)):
        return None
    found: list[Outcome | None] = [_NOTHING] * len(files)
    try:
        for answer in decode_answers(seal.answers):
            found[answer.number] = Outcome(answer.findings, answer.suppressed)
    except (msgspec.MsgspecError, IndexError):
        return None
    return found


def asked(files: Sequence[File]) -> bytes:
    """A digest of the files of a question, and how they are named."""
    text = "\n".join(f"{file.path}\0{file.shown}\0{file.named:d}" for file in files)
    return blake2b(text.encode("utf-8", "surrogateescape"), digest_size=16).digest()


class Kept:
    """The kept answers of a whole run: one keeper for each of its configurations."""

    def __init__(self, settings: Sequence[Settings], cwd: str, *, propose: bool, thorough: bool) -> None:
        self._settings = settings
        self._cwd = cwd
        self._propose = propose
        self._thorough = thorough
        self._keepers: dict[int, Keeper] = {}

    def recall(self, tasks: Sequence[tuple[File, int]]) -> list[Outcome | None]:
        """The outcomes that still hold, beside the tasks."""
        found: list[Outcome | None] = [None] * len(tasks)
        own: dict[int, list[int]] = {}
        for number, task in enumerate(tasks):
            own.setdefault(task[1], []).append(number)
        for index, numbers in own.items():
            for number, outcome in zip(numbers, self._recall(index, [tasks[number][0] for number in numbers])):
                found[number] = outcome
        return found

    def _recall(self, index: int, files: Sequence[File]) -> Sequence[Outcome | None]:
        settings, began = self._settings[index], time.time_ns()
        store = store_of(settings, self._cwd, propose=self._propose, thorough=self._thorough)
        seal = store.load_seal()
        sealed = sealed_outcomes(seal, files) if seal is not None else None
        if sealed is not None:
            return sealed
        from leaklint.engine.keeping import Keeper

        self._keepers[index] = keeper = Keeper(store, seal, began, settings, self._cwd, thorough=self._thorough)
        return keeper.recall(files)

    def projects(self, tasks: Sequence[tuple[File, int]]) -> dict[int, Project]:
        """The projects that go on from what an earlier run found out about the programs of all these tasks, by the
        index of their settings; empty where it is better to begin anew."""
        used = {(index, self._keepers[index].present.extra_root(file.path)) for file, index in tasks}
        if any(self._keepers[index].survey(extra) is None for index, extra in used):
            return {}
        return {index: self._keepers[index].project for index, _ in used}

    def quiet(self, tasks: Sequence[tuple[File, int]]) -> list[int]:
        """Those of the tasks whose files changed, and say as little about resources as they did."""
        return [number for number, (file, index) in enumerate(tasks) if file.path in self._keepers[index].quiet]

    def hear(self, checked: Checked, tasks: Sequence[tuple[File, int]]) -> None:
        """Take note of what one worker found out about some tasks."""
        for (file, index), outcome, grounds in zip(tasks, checked.outcomes, checked.grounds):
            self._keepers[index].learn(file, outcome, grounds, checked.process)
        for index, news in checked.news.items():
            self._keepers[index].hear(news)

    def save(self) -> None:
        """Keep what is new."""
        for keeper in self._keepers.values():
            keeper.save()
