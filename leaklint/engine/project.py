"""What the files of one configuration share: the catalog in force, the program around them, what is known of it."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Container, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import msgspec

from leaklint.catalog import Catalog, load_catalog, resources_from_table
from leaklint.catalog.schema import Resource
from leaklint.catalog.versions import versions_in_force
from leaklint.config import ConfigError, ConfigFile, Settings, read_config
from leaklint.config.positions import KeyPath, Position
from leaklint.engine.contents import Contents
from leaklint.engine.reach import imports_any
from leaklint.engine.selection import Selection
from leaklint.garbage import dissolve
from leaklint.model import Finding, LeaklintError, WitnessStep
from leaklint.source.decode import Source
from leaklint.source.prefilter import Prefilter
from leaklint.source.roots import Roots

if TYPE_CHECKING:
    from leaklint.engine.surveying import Recalled
    from leaklint.ownership.analysis import Analysis
    from leaklint.ownership.survey import Survey
    from leaklint.ownership.suspects import Suspects
    from leaklint.resolve.program import Program
    from leaklint.resolve.trace import Fact, Trace


class Earlier(Protocol):
    """What an earlier run tells of programs, by their extra root."""

    def survey(self, extra: str) -> Recalled | None:
        """What was found out about its words; None where nothing was, or too much changed since."""

    def holding(self, extra: str, word: str) -> list[str] | None:
        """Its files that hold a word, now; None where nobody asked."""


class Unit(msgspec.Struct, frozen=True):
    """One file to analyse. shown: as findings name it; path: absolute."""

    shown: str
    path: str
    data: bytes
    source: Source


class Project(Contents):
    """Everything that the analysis of a file needs beside the file. Built lazily, kept for a process's life.

    remembering: keep what is needed to look again at what has changed only, should the text of a file change; keeping:
    some of that, see `Analysis`. spend: told of the work, see `Analysis.tell`. inspecting: the codes of the rules that
    are asked what they see in a file for themselves. overlays: see `Contents`.
    """

    def __init__(
        self,
        settings: Settings,
        cwd: str,
        overlays: Mapping[str, bytes] | None = None,
        *,
        thorough: bool = False,
        remembering: bool = False,
        keeping: bool = False,
    ) -> None:
        super().__init__(overlays)
        self.settings = settings
        self.cwd = cwd
        self.thorough = thorough
        self.remembering = remembering
        self.keeping = keeping
        self.spend: Callable[[int], None] | None = None
        self.selection = Selection(settings)
        self.inspecting = self.selection.codes
        self._analyses: dict[str, Analysis] = {}
        self._earlier: dict[str, tuple[Analysis, tuple[str, ...]]] = {}
        self.quiet: set[str] = set()
        self.searches: dict[tuple[str, str], list[str]] = {}
        self.earlier: Earlier | None = None
        self._was: dict[str, dict[Fact, bytes]] = {}

    def with_overlay(self, path: str, data: bytes) -> Project:
        """The same project with `data` for the content of one file; shares what does not depend on that."""
        other = Project(
            self.settings,
            self.cwd,
            {**self._overlays, path: data},
            thorough=self.thorough,
            remembering=self.remembering,
            keeping=self.keeping,
        )
        other.catalog, other.prefilter, other.roots = self.catalog, self.prefilter, self.roots
        other._share(self, path)
        for extra, (analysis, changed) in self._earlier.items():
            other._earlier[extra] = analysis, (*(one for one in changed if one != path), path)
        other._earlier.update((extra, (analysis, (path,))) for extra, analysis in self._analyses.items())
        return other

    @property
    def analysed(self) -> bool:
        """Whether anything is known of the program, that `with_overlay` would go on from."""
        return bool(self._analyses)

    def understands(self, path: str) -> bool:
        """Whether the program was looked at with the present text of a file, and that is Python."""
        known = self._analyses.get(self.extra_root(path))
        return known is not None and known.program.module_at(Path(path)) is not None

    @functools.cached_property
    def catalog(self) -> Catalog:
        """The built-in catalog, of the versions that the project uses, with the project's own resources. Raises
        CatalogError."""
        declared, wanted = declared_resources(self.settings), self.settings.libraries
        return load_catalog(project_resources=declared, versions=self.versions, extra=wanted)

    @functools.cached_property
    def versions(self) -> dict[str, str]:
        """Distribution -> version, as far as the catalog's facts depend on it. What is kept of an analysis holds for
        these only."""
        return versions_in_force(self.settings.root, self.settings.target_versions)

    @functools.cached_property
    def prefilter(self) -> Prefilter:
        """Tells from bytes whether a file can take a resource by itself."""
        return Prefilter(self.catalog.words_of_modules, self.catalog.free_words)

    @functools.cached_property
    def roots(self) -> Roots:
        """Where its modules lie."""
        return Roots(self.settings.src, self.settings.root)

    def words_of(self, path: str) -> Container[str] | None:
        """The identifiers in a file, where they are known; an analysis keeps those of the files that it looked at."""
        for analysis in self._analyses.values():
            known = analysis.suspects.words_of(path)
            if known is not None:
                return known
        return super().words_of(path)

    def let_go(self) -> None:
        """Between two files: forget what is found again when somebody asks, once that is much."""
        for analysis in self._analyses.values():
            analysis.let_go()
        self._forget_bytes()

    def turn(self) -> None:
        """Between two runs of neighbouring files: forget all that is found again when somebody asks."""
        for analysis in self._analyses.values():
            analysis.turn()
        self._forget_bytes()

    def end(self) -> None:
        """No file of it is checked any more: let all go."""
        for analysis in self._analyses.values():
            analysis.end()
        dissolve(self)

    # -- the program around it ----------------------------------------------------------------------------------

    def matters(self, path: str, data: bytes) -> bool:
        """Whether the file at `path`, whose bytes are `data`, can take a resource: it names a library that gives one
        and how, or imports what may do so."""
        if path in self.quiet:
            return False
        known = self._analyses.get(self.extra_root(path))
        # Where it is kept what an outcome rests on, that of a file which cannot matter rests on its own bytes alone.
        looked_at = known is not None and self.stamps is None and known.suspects.includes(path)
        if not (looked_at or self.thorough or self.prefilter.matters(data) or imports_any(path, data, self.roots)):
            return False
        analysis = self.analysis(path)
        analysis.settle(path)
        if analysis.suspects.words_of(path) is not None:
            self._words.pop(path, None)
        return analysis.suspects.matters(path)

    def analysis(self, path: str) -> Analysis:
        """What is known of the program that a file belongs to: that of the source roots, or, for a file outside them,
        that of its own directory or package."""
        return self.analysis_of(self.extra_root(path))

    def analysis_of(self, extra: str) -> Analysis:
        """What is known of the program that has this extra root."""
        known = self._analyses.get(extra)
        if known is None:
            known = self._analyses[extra] = self._continued(extra) or self._analysis(extra)
            if self.spend is not None:
                known.tell(self.spend)
        return known

    def _continued(self, extra: str) -> Analysis | None:
        """What was known of a program, with the texts that its files have now; None where nothing was. What this goes
        on from is let go."""
        known, changed = self._earlier.pop(extra, (None, ()))
        if known is None:
            return None
        from leaklint.ownership.going_on import with_text

        for path in changed:
            text = self.read(Path(path))
            if text is None:
                return None
            known = with_text(known, Path(path), text)
        return known

    def extra_root(self, path: str) -> str:
        """The root that the program of a file has beside those of the project."""
        return "" if self.roots.contains(path) else self.roots.package_root(path)

    def program(self, extra: str) -> Program:
        """The program that has this extra root, which has been looked into."""
        return self._analyses[extra].program

    def suspects(self, extra: str) -> Suspects:
        """What is known of the words of that program."""
        return self._analyses[extra].suspects

    def is_idle(self, extra: str, path: str, name: str) -> bool:
        """Whether a function of that program is known to come by no resource."""
        return self._analyses[extra].is_idle(path, name)

    def effect(self, extra: str, path: str, name: str, *, find: bool = False) -> bytes:
        """What a call of a function of that program does; see `Analysis.effect`."""
        return self._analyses[extra].effect(path, name, find=find)

    def plain(self, extra: str, path: str, name: str) -> bytes:
        """What a call of a function of that program does that is no suspect; see `Analysis.plain`."""
        return self._analyses[extra].plain(path, name)

    def survey(self, extra: str) -> Survey:
        """What was found out about the words of that program since this was last asked."""
        analysis = self._analyses[extra]
        return analysis.survey()

    def recalled(self, extra: str, fact: Fact) -> bytes | None:
        """What a fact is, where an earlier run told and nothing changed since."""
        return self._was.get(extra, {}).get(fact)

    @property
    def traces(self) -> dict[str, Trace]:
        """Extra root of each program -> what its answers rest on."""
        return {extra: analysis.program.trace for extra, analysis in self._analyses.items()}

    def _analysis(self, extra: str) -> Analysis:
        from leaklint.engine.searching import Search
        from leaklint.ownership.analysis import Analysis
        from leaklint.resolve.program import Program
        from leaklint.resolve.resolver import Resolver

        roots = [*self.roots.src, extra] if extra else self.roots.src

        program = Program(
            [Path(root) for root in roots],
            self.read,
            self.catalog,
            search=Search(self, extra, roots),
            base=Path(self.cwd),
            traced=self.stamps is not None or self.remembering,
            by_body=self.stamps is not None,
            by_word=self.stamps is None and self.remembering,
            packing=not self.remembering,
        )
        thorough = self.thorough
        analysis = Analysis(
            program,
            Resolver(program),
            self.catalog,
            strict=self.settings.strict,
            thorough=thorough,
            remembering=self.remembering,
            keeping=self.keeping,
        )
        before = self.earlier.survey(extra) if self.earlier is not None and not thorough else None
        if before is not None:
            self._recall(extra, analysis, before)
        return analysis

    def _recall(self, extra: str, analysis: Analysis, before: Recalled) -> None:
        from leaklint.engine.layout import BODY_DIGEST
        from leaklint.resolve.trace import FOUND_OUT

        program = analysis.program
        program.trace.recall(fact for fact, _ in before.facts)
        self._was[extra] = {
            fact: was
            for number, (fact, was) in enumerate(before.facts)
            if (fact[0] not in FOUND_OUT and not before.broken >> number & 1) or fact in before.plain
        }
        facts = [
            (fact, was[BODY_DIGEST:] if fact[0] == "plain" else was)
            for fact, was in before.facts
            if fact not in before.plain
        ]
        analysis.recall(before.survey, facts, before.stale, before.again)


def unknown_libraries(settings: Settings) -> list[str]:
    """A line for each name in `libraries` that the catalog does not have."""
    if not settings.libraries:
        return []
    from leaklint.catalog.describe import library_named

    problems = []
    for name in settings.libraries:
        try:
            library_named(name)
        except LeaklintError as error:
            problems.append(f"{settings.provenance.get('libraries', 'libraries')}: 'libraries': {error}")
    return problems


def declared_resources(settings: Settings) -> tuple[Resource, ...]:
    """The rows of `[[tool.leaklint.resource]]`. Raises CatalogError, with places in the file that declares them."""
    if not settings.resource:
        return ()
    file = _declaring(settings)
    if file is None:
        return resources_from_table(settings.resource, lambda path: (1, 1), settings.provenance.get("resource", ""))
    found = file

    def locate(path: KeyPath) -> Position:
        return found.place(*path)

    return resources_from_table(settings.resource, locate, found.path)


def _declaring(settings: Settings) -> ConfigFile | None:
    for path in settings.files:
        try:
            file = read_config(path)
        except ConfigError:
            return None
        if file is not None and file.options.resource is not None:
            return file
    return None


def shown_as(unit: Unit, finding: Finding, analysed: str, cwd: str) -> Finding:
    """A finding with the file named as the user named it. `analysed`: how the analysis names the file."""
    if analysed == unit.shown:
        return finding
    absolute = os.path.isabs(unit.shown)

    def name(path: str) -> str:
        if path == analysed:
            return unit.shown
        return os.path.join(cwd, path).replace(os.sep, "/") if absolute else path

    def step(one: WitnessStep) -> WitnessStep:
        return msgspec.structs.replace(one, path=name(one.path))

    witness = tuple(step(one) for one in finding.witness)
    return msgspec.structs.replace(finding, path=name(finding.path), witness=witness)
