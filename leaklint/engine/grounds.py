"""What an outcome rests on, beside the file itself: noted while it is found, and looked at again in a later run."""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from leaklint.cache.stamps import Stamp, Stamps, content_digest
from leaklint.capacity.described import files_of
from leaklint.config import Settings
from leaklint.digest import blake2b
from leaklint.engine.concerns import told
from leaklint.engine.layout import ABSENT, LaidOut, layout_of
from leaklint.engine.reach import light_facts
from leaklint.resolve.sets import packed
from leaklint.resolve.trace import Fact, Trace
from leaklint.source.decode import Undecodable, decode
from leaklint.source.directories import INIT, listing, look
from leaklint.source.discover import File
from leaklint.source.prefilter import holds, imported, statements_digest
from leaklint.source.roots import Roots

if TYPE_CHECKING:
    from leaklint.engine.project import Project
    from leaklint.ownership.survey import Survey

GONE = b""
"""What the body of a function is said to be that is not there, or no longer what it was for those who rest on it."""
LIGHT = "*"
"""Names the facts about files that no program was loaded for. Symbolic links count wherever they lead."""


class Grounds(msgspec.Struct, frozen=True):
    """Facts of one program (its extra root, or LIGHT): a set of their numbers in the process that found them, as it is
    kept. imports: for LIGHT, a digest of how the file imports."""

    extra: str
    facts: bytes
    imports: bytes = b""


class News(msgspec.Struct, frozen=True):
    """What a process has met since it last told. facts: by extra root, the number of the first and the facts, each with
    what it was. searches: extra root, word, and the files that hold it. stamps: of the files read. steady: none of them
    changed meanwhile. surveys: by extra root, what was found out about the words of its program. asked: by extra root
    and path, what was asked of files, see `concerns.told`."""

    process: str
    facts: Mapping[str, tuple[int, tuple[tuple[Fact, bytes], ...]]]
    searches: tuple[tuple[str, str, Sequence[str]], ...]
    stamps: Mapping[str, Stamp]
    steady: bool
    surveys: Mapping[str, Survey]
    asked: Mapping[str, Mapping[str, bytes | None]]


class Recorder:
    """Tells what the outcomes of one project rest on, as they are found in this process."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.light = Trace()
        self._told: dict[str, int] = {}
        self._told_of: set[tuple[str, str]] = set()
        self._bodies: dict[tuple[str, str], bytes] = {}
        self._lists = functools.cache(lambda directory: listing(directory, ("",)))
        if project.stamps is None:
            project.stamps = {}

    def begin(self) -> None:
        """Forget what was noted for another file."""
        for trace in self._traces().values():
            trace.start()

    def end(self, file: File) -> Grounds | None:
        """What has been noted since; None where nobody can say."""
        extra = self.project.extra_root(file.path)
        trace = self._traces().get(extra)
        if trace is not None and trace.mask:
            return Grounds(extra, packed(trace.mask))
        data = self.project.data(file.path)
        if data is None:
            return None
        statements = imported(data)
        light_facts(file.path, statements, self.project.roots, self._look, self.light.note)
        return Grounds(LIGHT, packed(self.light.mask), statements_digest(statements))

    def news(self, process: str) -> News:
        """What has been met since the last time."""
        facts: dict[str, tuple[int, tuple[tuple[Fact, bytes], ...]]] = {}
        for extra, trace in self._traces().items():
            start = self._told.get(extra, 0)
            self._find_effects(extra, trace, start)
            met = trace.since(start)
            if met:
                self._look_at_bodies(extra, met)
                facts[extra] = (start, tuple((fact, self._was(extra, fact)) for fact in met))
                self._told[extra] = start + len(met)
        searches = tuple(
            (extra, fact[1], self.project.searches[(extra, fact[1])])
            for extra, (_, new) in facts.items()
            for fact, _ in new
            if fact[0] == "word" and (extra, fact[1]) in self.project.searches
        )
        stamps, self.project.stamps = self.project.stamps or {}, {}
        surveys = {extra: self.project.survey(extra) for extra in facts if extra != LIGHT}
        asked = {extra: self._newly_asked(extra) for extra in self.project.traces}
        return News(process, facts, searches, stamps, self.project.steady, surveys, asked)

    def _newly_asked(self, extra: str) -> dict[str, bytes | None]:
        program = self.project.program(extra)
        found: dict[str, bytes | None] = {}
        for path, asked in program.asked.files.items():
            if asked.is_any or (extra, path) not in self._told_of:
                self._told_of.add((extra, path))
                module = program.lowered(path)
                found[path] = told(module, asked) if module is not None else None
                asked.forget()
        return found

    def _find_effects(self, extra: str, trace: Trace, start: int) -> None:
        """Have those functions interpreted again whose results were let go after an answer made use of them. What is
        met on the way belongs to what is told."""
        while facts := [fact for fact in trace.since(start) if fact[0] == "effect"]:
            start += len(trace.since(start))
            for fact in facts:
                if self.project.recalled(extra, fact) is None:
                    self.project.effect(extra, fact[1], fact[2], find=True)

    def _look_at_bodies(self, extra: str, facts: Iterable[Fact]) -> None:
        """Tell what the bodies are that these facts are about: file by file, each of which is read once."""
        wanted: dict[str, set[str]] = {}
        for fact in facts:
            if fact[0] in ("body", "plain"):
                wanted.setdefault(fact[1], set()).add(fact[2])
        self._bodies = {}
        for path, names in wanted.items():
            module = self.project.program(extra).lowered(path)
            layout = layout_of(module) if module is not None else None
            if layout is not None:
                with contextlib.suppress(OSError, Undecodable):
                    found = LaidOut(decode(self.project.content(path)).text, layout).bodies_of(names)
                    self._bodies.update(((path, name), found.get(name, ABSENT)) for name in names)

    def _traces(self) -> dict[str, Trace]:
        return {**self.project.traces, LIGHT: self.light}

    def _look(self, directories: Sequence[str], name: str) -> bool:
        return any(look(self._lists, directories, name))

    def _was(self, extra: str, fact: Fact) -> bytes:
        kind = fact[0]
        known = self.project.recalled(extra, fact)
        if known is not None:
            return known
        if kind in ("ways", "gives"):
            suspects = self.project.suspects(extra)
            return suspects.ways(fact[1]) if kind == "ways" else suspects.gives(fact[1])
        if kind == "idle":
            return b"1" if self.project.is_idle(extra, fact[1], fact[2]) else b"0"
        if kind == "plain":
            body = self._bodies.get((fact[1], fact[2]), GONE)
            return GONE if body in (GONE, ABSENT) else body + self.project.plain(extra, fact[1], fact[2])
        if kind == "effect":
            return self.project.effect(extra, fact[1], fact[2])
        if kind == "text":
            return self.project.digest(fact[1])
        if kind == "body":
            return self._bodies.get((fact[1], fact[2]), GONE)
        if kind == "word":
            held = self.project.searches.get((extra, fact[1]))
            # None: an earlier run asked, and nothing rests on that any more.
            return b"" if held is None else _digest(held)
        if extra == LIGHT:
            return described(fact, self._lists, self.project.roots)
        return described(fact, self.project.program(extra).entries, self.project.roots)


class Present:
    """What facts are now. searches: extra root -> word -> the files that held it when `stamps.known` was taken.

    looked: the directories whose names were looked at. walked: those of them where it mattered what is ignored. read:
    files that describe the deployment.
    """

    def __init__(self, settings: Settings, stamps: Stamps, searches: Mapping[str, Mapping[str, Sequence[str]]]) -> None:
        self.settings = settings
        self.stamps = stamps
        self.roots = Roots(settings.src, settings.root)
        self._searches = searches
        self._lists: dict[str, Callable[[str], Mapping[str, bool]]] = {}
        self._changed: dict[str, tuple[set[str], dict[str, bytes]]] = {}
        self.looked: set[str] = set()
        self.walked: set[str] = set()
        self.read: set[str] = set()

    def extra_root(self, path: str) -> str:
        """The root that the program of a file has beside those of the project."""
        return "" if self.roots.contains(path) else self.roots.package_root(path)

    def now(self, extra: str, fact: Fact) -> bytes:
        """What a fact is now, to be compared with what it was."""
        if fact[0] == "text":
            return self.stamps.digest(fact[1])
        if fact[0] == "word":
            found = self.holding(extra, fact[1])
            return b"?" if found is None else _digest(found)
        if fact[0] == "deployment":
            found = files_of(fact[1], self.looked.add)
            self.read.update(found)
            return _contents(found)
        return described(fact, self._entries(extra), self.roots)

    def seen(self) -> set[str]:
        """All directories that what was told here rests on."""
        return {*self.looked, *self.walked, *self.roots.seen}

    def holding(self, extra: str, word: str) -> list[str] | None:
        """The files of a program that hold a word; None where nobody ever asked."""
        held = self._searches.get(extra, {}).get(word)
        if held is None:
            return None
        if extra not in self._changed:
            self._changed[extra] = self._compare(extra)
        same, changed = self._changed[extra]
        return sorted([path for path in held if path in same] + [p for p, data in changed.items() if holds(data, word)])

    def _compare(self, extra: str) -> tuple[set[str], dict[str, bytes]]:
        """The files of a program that are as they were, and the content of the others."""
        from leaklint.source.discover import below

        self.walked.update(self._roots_of(extra))
        same: set[str] = set()
        changed: dict[str, bytes] = {}
        for path in below(self._roots_of(extra), self.settings, self.walked):
            digest = self.stamps.digest(path)
            known = self.stamps.known.get(path)
            if known is not None and known.digest == digest:
                same.add(path)
            elif digest:
                try:
                    with open(path, "rb") as file:
                        changed[path] = file.read()
                except OSError:
                    continue
        return same, changed

    def _roots_of(self, extra: str) -> list[str]:
        return [*self.settings.src, extra] if extra else [*self.settings.src]

    def _entries(self, extra: str) -> Callable[[str], Mapping[str, bool]]:
        if extra not in self._lists:
            real = ("",) if extra == LIGHT else tuple(os.path.realpath(root) for root in self._roots_of(extra))
            self._lists[extra] = functools.cache(functools.partial(self._listing, real))
        return self._lists[extra]

    def _listing(self, real_roots: Sequence[str], directory: str) -> Mapping[str, bool]:
        self.looked.add(directory)
        return listing(directory, real_roots)


def described(fact: Fact, entries: Callable[[str], Mapping[str, bool]], roots: Roots) -> bytes:
    """A short form of what a fact is, for those that are about more than the content of files of the program."""
    kind = fact[0]
    if kind == "look":
        return _digest(map(str, look(entries, fact[1], fact[2])))
    if kind == "package":
        return b"1" if entries(fact[1]).get(INIT) is False else b"0"
    if kind == "search":
        return _digest(roots.search_path(os.path.join(fact[1], INIT)))
    if kind == "locate":
        return (roots.find(fact[2], fact[1]) or "").encode("utf-8", "surrogatepass")
    return _contents(files_of(fact[1]))


def _contents(files: Iterable[str]) -> bytes:
    return _digest(f"{path} {content_digest(_content(path)).hex()}" for path in files)


def _content(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def _digest(lines: Iterable[str]) -> bytes:
    return blake2b("\n".join(lines).encode("utf-8", "surrogatepass"), digest_size=8).digest()
