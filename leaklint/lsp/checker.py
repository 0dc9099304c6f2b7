"""Checks the texts of open documents, keeping what is known of the program around them from one edit to the next.

Knows nothing of the protocol, and is used by one thread at a time.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from leaklint.config import ConfigError, Options, Settings, SettingsFinder
from leaklint.engine.analyze import analyze_file
from leaklint.engine.one_file import check_file
from leaklint.engine.outcome import Outcome
from leaklint.engine.project import Project, Unit, declared_resources
from leaklint.engine.repair import repair_file
from leaklint.engine.selection import check_selectors
from leaklint.model import LeaklintError
from leaklint.source.discover import File, is_left_out

if TYPE_CHECKING:
    from leaklint.engine.outcome import Found

_MOST_EDITS = 1000
"""Edits after which the program is read anew: words that led somewhere once are looked after ever since."""


class Superseded(BaseException):
    """A newer edit has come while an older text was looked at. No Exception: the engine reports those as faults."""


class Unusable(LeaklintError):
    """The configuration of a file cannot be used; the text says why, a line for each mistake."""


class Checked(msgspec.Struct, frozen=True):
    """What was found in one text. repairs: whether findings carry the repairs that are proven for them."""

    text: str
    outcome: Outcome
    repairs: bool = False


class _Around:
    """The program around the edited files of one configuration.

    base: as it was when the text of the file `active` was last Python; current: with its newest text.
    """

    def __init__(self, project: Project) -> None:
        self.base = project
        self.current = project
        self.active = ""
        self.edits = 0

    def with_text(self, path: str, data: bytes) -> None:
        """Take `data` for the content of a file."""
        self.edits += 1
        if path != self.active or self.current.understands(path):
            self.base, self.active = self.current, path
        elif not self.base.analysed and self.current.analysed:
            # The check of the base was given up for a newer text; its successors would all start from nothing.
            self.base = self.current
        self.current = self.base.with_overlay(path, data)


class Checker:
    """Checks texts as the command line would check the files. folders: directories that configuration is looked for
    from where a file has none of its own."""

    def __init__(self, folders: Sequence[str] = ()) -> None:
        self.folders: tuple[str, ...] = tuple(folders)
        self._finders: dict[str, SettingsFinder] = {}
        self._programs: dict[int, tuple[Settings, _Around]] = {}

    def forget(self) -> None:
        """Read everything anew: files or configuration have changed on disk."""
        self._finders.clear()
        self._programs.clear()

    def check(self, path: str, texts: Mapping[str, str], stale: Callable[[], bool]) -> Checked:
        """Check the file at an absolute path. texts: of all open documents, by path, this one among them.

        Raises Unusable, and Superseded once `stale` says that nobody waits for the answer any longer.
        """
        return self._check(path, texts, stale, propose=False)

    def repairs(self, path: str, texts: Mapping[str, str], stale: Callable[[], bool]) -> Checked:
        """The same, with the repairs of its findings, each of which takes another analysis to prove."""
        return self._check(path, texts, stale, propose=True)

    def repaired(self, path: str, texts: Mapping[str, str], stale: Callable[[], bool]) -> str:
        """The text with every repair that is proven and that the settings allow; the given one if there is none."""
        project, file = self._project(path, texts), File(path, path, named=True)
        if project is None:
            return texts[path]
        analyze = _unless(stale)
        done, _ = repair_file(project, file, check_file(project, file, analyze), analyze)
        return done.text if done is not None else texts[path]

    def _check(self, path: str, texts: Mapping[str, str], stale: Callable[[], bool], *, propose: bool) -> Checked:
        if stale():
            raise Superseded
        project = self._project(path, texts)
        if project is None:
            return Checked(texts[path], Outcome(), propose)
        outcome = check_file(project, File(path, path, named=True), _unless(stale), propose=propose)
        return Checked(texts[path], outcome, propose)

    def _project(self, path: str, texts: Mapping[str, str]) -> Project | None:
        """The program that a file belongs to, with the texts; None for a file that the configuration leaves out."""
        finder = self._finder(path)
        try:
            settings = finder.for_file(path)
            if is_left_out(path, finder):
                return None
        except ConfigError as error:
            raise Unusable(str(error)) from error
        known = self._programs.get(id(settings))
        if known is None or known[1].edits > _MOST_EDITS:
            _complain(settings)
            data = {name: as_bytes(text) for name, text in texts.items()}
            project = Project(settings, finder.cwd, data, remembering=True)
            known = self._programs[id(settings)] = settings, _Around(project)
        around = known[1]
        # The file in question last: what it edits continues from a program that has the other texts already.
        for name in sorted(texts, key=lambda name: name == path):
            data_now = as_bytes(texts[name])
            if around.current.data(name) != data_now:
                around.with_text(name, data_now)
        return around.current

    def _finder(self, path: str) -> SettingsFinder:
        inside = [folder for folder in self.folders if path.startswith(folder.rstrip(os.sep) + os.sep)]
        cwd = max(inside, key=len, default=os.path.dirname(path))
        if cwd not in self._finders:
            # An editor opens what it is told to; what the project leaves out is left out there, too.
            self._finders[cwd] = SettingsFinder(cwd=cwd, overrides=Options(force_exclude=True))
        return self._finders[cwd]


def as_bytes(text: str) -> bytes:
    """The bytes of a file that holds this text, in the encoding that it declares if that can say it."""
    from leaklint.source.decode import Undecodable, decode

    data = text.encode("utf-8", "surrogatepass")
    if b"coding" not in data[:400]:
        return data
    try:
        head = decode("\n".join(text.split("\n", 2)[:2]).encode("ascii", "replace"))
        return text.encode(head.encoding)
    except (Undecodable, UnicodeError):
        return data


def _unless(stale: Callable[[], bool]) -> Callable[[Project, Unit], Sequence[Found]]:
    """The analysis, which gives up at its start once nobody waits for it."""

    def analyze(project: Project, unit: Unit) -> Sequence[Found]:
        if stale():
            raise Superseded
        return analyze_file(project, unit)

    return analyze


def _complain(settings: Settings) -> None:
    wrong = check_selectors(settings)
    try:
        declared_resources(settings)
    except LeaklintError as error:
        wrong += str(error).split("\n")
    if wrong:
        raise Unusable("\n".join(wrong))
