"""Checks files, keeping for each of the settings what its files share."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from leaklint.engine.one_file import check_file
from leaklint.engine.outcome import Checked, Outcome, Setting, Task
from leaklint.engine.project import Project

if TYPE_CHECKING:
    from leaklint.engine.grounds import Grounds, Recorder


class Worker:
    """What one process keeps from file to file. projects: those that are there, by the index of their settings."""

    def __init__(
        self,
        setting: Setting,
        texts: Mapping[str, bytes] | None = None,
        projects: Mapping[int, Project] | None = None,
    ) -> None:
        self.setting = setting
        self.texts = texts
        self.projects: dict[int, Project] = dict(projects or {})
        self._given = frozenset(self.projects)
        self._recorders: dict[int, Recorder] = {}
        self._name = f"{os.getpid()}-{id(self)}"

    def project(self, index: int) -> Project:
        """What the files of the settings with this index share."""
        known = self.projects.get(index)
        if known is None:
            settings = self.setting.settings[index]
            known = self.projects[index] = Project(
                settings,
                self.setting.cwd,
                self.texts,
                thorough=self.setting.thorough,
                remembering=self.setting.remembering,
                keeping=self.setting.propose,
            )
        return known

    def check(self, task: Task) -> Outcome:
        """Check one file."""
        file, index = task
        project = self.project(index)
        outcome = check_file(project, file, self.setting.analyze, propose=self.setting.propose)
        project.let_go()
        return outcome

    def check_all(self, tasks: Sequence[Task]) -> Checked:
        """Check files, and say what each outcome rests on, if that is wanted."""
        outcomes: list[Outcome] = []
        grounds: list[Grounds | None] = []
        for task in tasks:
            recorder = self._recorder(task[1]) if self.setting.keep else None
            if recorder is not None:
                recorder.begin()
            outcomes.append(self.check(task))
            grounds.append(recorder.end(task[0]) if recorder is not None else None)
        return Checked(outcomes, grounds, self._name, {})

    def tell(self, checked: Checked | None = None) -> Checked:
        """The same with what was met on the way."""
        news = {index: recorder.news(self._name) for index, recorder in self._recorders.items()}
        if checked is None:
            return Checked([], [], self._name, news)
        return msgspec.structs.replace(checked, news=news)

    def turn(self) -> None:
        """The next files lie elsewhere: let go what was needed for those so far, once what was met has been told."""
        for project in self.projects.values():
            project.turn()

    def end(self, index: int) -> Checked:
        """No more files of the settings with this index will come: what was met on the way, and let go what they
        shared."""
        recorder = self._recorders.pop(index, None)
        news = {index: recorder.news(self._name)} if recorder is not None else {}
        if index in self.projects and index not in self._given:
            self.projects.pop(index).end()
        return Checked([], [], self._name, news)

    def _recorder(self, index: int) -> Recorder:
        known = self._recorders.get(index)
        if known is None:
            from leaklint.engine.grounds import Recorder

            known = self._recorders[index] = Recorder(self.project(index))
        return known


def available_processors() -> int:
    """Processors that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
