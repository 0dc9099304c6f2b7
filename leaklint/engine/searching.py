"""Which modules of a program hold a word, told from bytes before anything is parsed."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from leaklint.engine.reach import containing
from leaklint.source.discover import below
from leaklint.source.prefilter import holds

if TYPE_CHECKING:
    from leaklint.engine.project import Project
    from leaklint.resolve.program import Program
    from leaklint.resolve.trace import Rests


class Search:
    """Looks through the files below some directories, once for each word. extra: the program's extra root."""

    def __init__(self, project: Project, extra: str, roots: Sequence[str]) -> None:
        self._project = project
        self._extra = extra
        self._roots = roots
        self._names: dict[str, Sequence[str]] = {}
        self._rests: Rests = {}

    def __call__(self, program: Program, word: str) -> Sequence[str]:
        """The names of the modules whose text has a word."""
        if word in self._names:
            program.trace.used(self._rests, word)
        else:
            self._names[word] = program.trace.answer(self._rests, word, lambda: self._found(program, word))
        names = self._names[word]
        for file, text in program.overlays.items():
            names = self._corrected(program, word, names, file, text)
        return names

    def _corrected(self, program: Program, word: str, names: Sequence[str], file: str, text: str) -> Sequence[str]:
        """The same with this text for the content of a file, which is not what was searched."""
        name = program.name_at(Path(file))
        has = word in text and holds(text.encode("utf-8", "replace"), word)
        if has == (name in names) or (has and file not in self._files):
            return names
        return [*names, name] if has else [one for one in names if one != name]

    def _found(self, program: Program, word: str) -> Sequence[str]:
        project, extra = self._project, self._extra
        program.trace.note(("word", word))
        held = project.earlier.holding(extra, word) if project.earlier is not None else None
        paths = containing(word, self._files, project.glance, project.words_of) if held is None else held
        project.searches[(extra, word)] = paths
        return [program.name_at(Path(path)) for path in paths]

    @functools.cached_property
    def _files(self) -> Sequence[str]:
        return below(self._roots, self._project.settings)
