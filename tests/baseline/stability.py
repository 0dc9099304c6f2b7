"""Whether a baseline still knows every finding of files that were edited without changing what they do, or renamed."""

from __future__ import annotations

import random
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from leaklint import baseline, engine
from leaklint.config import Options, SettingsFinder
from leaklint.source.decode import decode, split_lines
from tests.baseline.edits import edited

NAME = ".leaklint-baseline.json"


class Count(NamedTuple):
    """What a trial came to. edits: texts that an edit changed. new, gone: findings that a baseline took for such."""

    findings: int
    edits: int
    renames: int
    new: tuple[str, ...]
    gone: tuple[str, ...]


class Found(NamedTuple):
    """The findings of a run as a baseline knows them, and the files that were checked."""

    entries: list[baseline.Entry | None]
    shown: list[str]
    files: list[str]


def trial(texts: Mapping[str, str], directory: Path, rounds: int, seed: int) -> Count:
    """Write the files, take their findings for known, and then so many times edit all of them and check again.

    Each round starts from the texts as they were given. Now and then one is renamed, by git.
    """
    chance = random.Random(seed)
    for name, text in texts.items():
        _write(directory / name, text)
    git = _Repository(directory)
    known = [entry for entry in _found(directory).entries if entry is not None]
    edits = renames = 0
    new: list[str] = []
    gone: list[str] = []
    for _ in range(rounds):
        moved = []
        for index, (name, text) in enumerate(sorted(texts.items())):
            changed = edited(text, chance)
            edits += changed != text
            _write(directory / name, changed)
            if index % 4 == chance.randrange(4):
                moved.append((name, f"moved_{chance.randrange(10**6)}/new_{Path(name).name}"))
        for before, after in moved:
            git.move(before, after)
        renames += len(moved)
        found = _found(directory)
        compared = baseline.compare(known, found.entries, str(directory / NAME), found.files)
        new += [text for text, state in zip(found.shown, compared.states) if state == "new"]
        gone += [f"{entry.path} {entry.function} {entry.code}" for entry in compared.gone]
        for before, after in moved:
            git.move(after, before)
    return Count(len(known), edits, renames, tuple(new), tuple(gone))


def _found(directory: Path) -> Found:
    finder = SettingsFinder(cwd=str(directory), isolated=True, overrides=Options(respect_gitignore=False))
    result = engine.check([str(directory)], finder, jobs=1, propose=False)
    lines = {one.shown: split_lines(decode(Path(one.path).read_bytes()).text) for one in result.files}
    entries = baseline.entries(result.findings, str(directory / NAME), str(directory), lines.get)
    shown = [f"{one.path}:{one.line} {one.code} {one.function}" for one in result.findings]
    kept = [(entry, text) for entry, text in zip(entries, shown) if entry is not None]
    return Found([entry for entry, _ in kept], [text for _, text in kept], [one.path for one in result.files])


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())


class _Repository:
    """A git repository of the directory; without git, files are renamed as they are."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._git = shutil.which("git")
        for command in (["init", "-q"], ["add", "-A"]):
            self._run(*command)

    def move(self, before: str, after: str) -> None:
        (self._directory / after).parent.mkdir(parents=True, exist_ok=True)
        if self._git is None:
            (self._directory / before).rename(self._directory / after)
        else:
            self._run("mv", before, after)

    def _run(self, *command: str) -> None:
        if self._git is not None:
            subprocess.run([self._git, *command], cwd=self._directory, check=True, capture_output=True, timeout=60)
