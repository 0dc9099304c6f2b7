"""Answers from run to run: which of the kept ones still hold, and what is kept of the new ones."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from leaklint.cache.record import Answer, KeptFact, KeptSurvey, Record
from leaklint.cache.seal import Seal, directories_hold
from leaklint.cache.stamps import Stamps
from leaklint.cache.store import Store
from leaklint.config import Settings
from leaklint.engine.grounds import GONE, LIGHT, Grounds, News, Present
from leaklint.engine.layout import BODY_DIGEST
from leaklint.engine.likeness import Likeness
from leaklint.engine.named_lines import may_name, stands_still
from leaklint.engine.outcome import Outcome
from leaklint.engine.surveying import Recalled, broken_facts, recalled, still_so, together
from leaklint.resolve.sets import members, unpacked
from leaklint.resolve.trace import FOUND_OUT, NAMING, Fact
from leaklint.source.discover import File

if TYPE_CHECKING:
    from leaklint.engine.project import Project
    from leaklint.ownership.survey import Survey

NAMED = "\0named"
_FEW = 20
"""Files to be looked at anew, up to which it always pays to go on from an earlier run; an eighth of all pays too."""


def answer_key(file: File) -> str:
    """What an answer is kept under. A file that is named itself is told of faults that one found on the way is not."""
    return f"{file.path}{NAMED}" if file.named else file.path


class Learnt(NamedTuple):
    """A new outcome, and what it rests on in the words of the process that found it."""

    file: File
    outcome: Outcome
    grounds: Grounds
    process: str


class Keeper:
    """The kept answers about the files of one configuration.

    seal: what the last question looked at; sealed: by number of the table and extra root of the survey, the facts that
    hold because of it. began: when this run did (nanoseconds). answered: a question all of whose answers hold. facts:
    by process and extra root, what new outcomes rest on, by number. searches: extra root -> word -> the files
    that hold it. asked: the files of which something was found anew. steady: no file changed while it was checked.
    """

    def __init__(
        self,
        store: Store,
        seal: Seal | None,
        began: int,
        settings: Settings,
        cwd: str,
        *,
        thorough: bool,
        record: Record | None = None,
    ) -> None:
        self.settings = settings
        self.store = store
        self.began = began
        self.cwd = cwd
        self._thorough = thorough
        self.seal = seal
        self.answered: tuple[Sequence[File], Sequence[Outcome]] | None = None
        self.sealed: dict[str | int, int] = {}
        self._now: dict[tuple[str, Fact], bytes] = {}
        self.facts: dict[tuple[str, str], dict[int, tuple[Fact, bytes]]] = {}
        self.searches: dict[str, dict[str, Sequence[str]]] = {}
        self.new: list[Learnt] = []
        self.quiet: dict[str, Answer] = {}
        self.renewed: list[tuple[File, Outcome, Answer]] = []
        self.surveys: dict[tuple[str, str], Survey] = {}
        self._surveys: dict[str, Recalled | None] = {}
        self._wrong: dict[str, tuple[int, list[Fact]]] = {}
        self.told: dict[str, dict[str, list[bytes | None]]] = {}
        self.asked: set[str] = set()
        self.steady = True
        self._files: Sequence[File] = ()
        try:
            self._believe(store.load() if record is None else record)
        except IndexError:
            self._believe(Record())
        if seal is not None and seal.record == self.store.digest and directories_hold(seal):
            self.sealed = {**dict(enumerate(map(unpacked, seal.tables))), **_masks(seal.surveys)}

    def _believe(self, record: Record) -> None:
        """Start from a record. Raises IndexError for one that refers to what it does not hold."""
        self.record = record
        self.stamps = Stamps(record.stamps)
        searches = {
            extra: {word: [record.paths[number] for number in held] for word, held in words.items()}
            for extra, words in record.words.items()
        }
        self.present = Present(self.settings, self.stamps, searches)
        self._unchanged: dict[int, bool] = {}
        self._so: dict[str, bool] = {}
        self.likeness = Likeness(record, self.stamps, lambda: self._afresh, thorough=self._thorough)

    # -- what was said before -----------------------------------------------------------------------------------

    def recall(self, files: Sequence[File]) -> list[Outcome | None]:
        """The kept outcomes beside the files; None where there is none, or none that still holds."""
        self._files = files
        try:
            found = self._recall(files)
        except (IndexError, KeyError, ValueError, OverflowError):
            # The record is well-formed, but nothing that was ever written here: it says nothing.
            self._believe(Record())
            self.sealed = {}
            return [None] * len(files)
        known = [one for one in found if one is not None]
        self.answered = (files, known) if len(known) == len(files) else None
        return found

    def _recall(self, files: Sequence[File]) -> list[Outcome | None]:
        answers = [self._candidate(file) for file in files]
        needed: dict[int, int] = {}
        for answer in answers:
            if answer is not None:
                needed[answer.table] = needed.get(answer.table, 0) | unpacked(answer.facts)
        broken = {number: self._broken(number, mask) for number, mask in needed.items()}
        found: list[Outcome | None] = []
        for file, answer in zip(files, answers):
            if answer is None or (broken[answer.table] and unpacked(answer.facts) & broken[answer.table]):
                found.append(None)
                continue
            unchanged = answer.digest == self.stamps.digest(file.path) or self._says_the_same(file, answer)
            found.append(Outcome(answer.findings, answer.suppressed) if unchanged and self.in_place(answer) else None)
            if not unchanged and self._was_quiet(file, answer):
                self.quiet[file.path] = answer
        return found

    def _says_the_same(self, file: File, answer: Answer) -> bool:
        """Whether an answer about other content of a file holds for what it has now, save for the places it names."""
        extra = self.present.extra_root(file.path)
        if answer.findings or answer.suppressed:
            return self.likeness.is_same(extra, file.path, answer.digest)
        return self.likeness.says_the_same(extra, file, answer.digest, answer.imports)

    def in_place(self, answer: Answer) -> bool:
        """Whether an answer that holds still names the right lines: in files that changed, and yet stay the same, those
        may be others."""
        if not (answer.findings or answer.suppressed):
            return True
        moved = self._moved()
        for place in answer.places:
            if place.path in moved:
                data = self.likeness.content(place.path)
                if data is not None and stands_still(place, data):
                    moved.discard(place.path)
        return not may_name(moved, self.cwd, msgspec.json.encode((answer.findings, answer.suppressed)))

    def _moved(self) -> set[str]:
        """The files in which lines may have moved."""
        wrong = {fact[1] for _, facts in self._wrong.values() for fact in facts if fact[0] in ("text", "body")}
        return self.likeness.moved | wrong

    def _was_quiet(self, file: File, answer: Answer) -> bool:
        """Whether an answer about other content of a file rests on no more than that the file says nothing about
        resources."""
        words = self.record.quiet.get(self.record.tables[answer.table].extra)
        return words is not None and file.path in words.quiet

    def _candidate(self, file: File) -> Answer | None:
        """The answer about the same content under the same name."""
        answer = self.record.answers.get(answer_key(file))
        if answer is None or answer.shown != file.shown:
            return None
        if not answer.table < len(self.record.tables):
            return None
        table = self.record.tables[answer.table]
        return answer if table.extra in (LIGHT, self.present.extra_root(file.path)) else None

    def _broken(self, table_number: int, needed: int) -> int:
        """Those of a table's facts that are no longer what they were."""
        table = self.record.tables[table_number]
        broken = 0
        if needed >> len(table.facts):
            raise IndexError(table_number)
        for number in members(needed & ~self.sealed.get(table_number, 0)):
            if not self._holds(table.extra, table.facts[number]):
                broken |= 1 << number
        return broken

    def _holds(self, extra: str, kept: KeptFact) -> bool:
        """Whether a fact is what it was."""
        if kept.kind in ("text", "body") and self._is_unchanged(kept.path):
            # What is kept of the bodies in a file is so with the content that it had.
            if kept.kind == "body" or kept.was == self.stamps.digest(self.record.paths[kept.path]):
                return kept.was != GONE
        return self.now(extra, self._fact(kept), kept.was) == kept.was

    def _is_unchanged(self, number: int) -> bool:
        """Whether a file, named by its number, is what it was when something was last kept."""
        if number not in self._unchanged:
            path = self.record.paths[number]
            known = self.record.stamps.get(path)
            self._unchanged[number] = known is not None and known.digest == self.stamps.digest(path)
        return self._unchanged[number]

    @functools.cached_property
    def _afresh(self) -> Project:
        """A project of which nothing is known."""
        from leaklint.engine.project import Project

        return Project(self.settings, self.cwd)

    def now(self, extra: str, fact: Fact, was: bytes) -> bytes:
        """What a fact is now, which was told to be `was`."""
        if fact[0] in FOUND_OUT:
            return self._about_words(extra, fact, was)
        if fact[0] == "body":
            return self.likeness.body(fact[1], fact[2], was)
        if fact[0] == "text" and self.stamps.digest(fact[1]) != was and self.likeness.is_same(extra, fact[1], was):
            return was
        known = self._now.get((extra, fact))
        if known is None:
            known = self._now[(extra, fact)] = self.present.now(extra, fact)
        return known

    def found_to_be(self, extra: str, kept: KeptFact) -> bytes | None:
        """What this run found a fact to be; None where it did not look."""
        return self._now.get((extra, self._fact(kept)))

    def _about_words(self, extra: str, fact: Fact, was: bytes) -> bytes:
        """What the words of a file mean now: what they did, unless some file that says something changed."""
        if self._still(extra):
            return was
        if fact[0] == "plain" and self._same_body(fact, was):
            return was
        before = self.survey(extra)
        if before is None:
            return b"?"
        if fact[0] == "plain":
            return was if self.project.analysis_of(extra).plain(fact[1], fact[2]) == was[BODY_DIGEST:] != b"" else b"?"
        suspects = self.project.analysis_of(extra).suspects
        if fact[0] == "idle":
            return b"1" if self.project.is_idle(extra, fact[1], fact[2]) else b"0"
        if fact[0] == "effect":
            return self.project.effect(extra, fact[1], fact[2], find=True)
        return suspects.ways(fact[1]) if fact[0] == "ways" else suspects.gives(fact[1])

    def _same_body(self, fact: Fact, was: bytes) -> bool:
        """Whether the body of a plain function is what it was."""
        body = was[:BODY_DIGEST]
        return body != GONE and self.likeness.body(fact[1], fact[2], body) == body

    def _still(self, extra: str) -> bool:
        """Whether what was found out about the words of a program is still so, of all its files. What is kept rests on
        that, not on anything older."""
        if extra not in self._so:
            kept, words = self.record.surveys.get(extra), self.record.quiet.get(extra)
            if kept is None or words is None:
                self._so[extra] = False
            else:
                stays_quiet = functools.partial(self.likeness.stays_quiet, words=words)
                self._so[extra] = still_so(kept, self._broken_facts(extra, kept), stays_quiet)
        return self._so[extra]

    def _broken_facts(self, extra: str, kept: KeptSurvey) -> tuple[int, list[Fact]]:
        if extra not in self._wrong:
            sealed = self.sealed.get(extra, 0)
            self._wrong[extra] = broken_facts(kept, self._fact, functools.partial(self._holds, extra), sealed)
        return self._wrong[extra]

    # -- what was found out before ------------------------------------------------------------------------------

    @functools.cached_property
    def project(self) -> Project:
        """The project, going on from what was found out about it before."""
        from leaklint.engine.project import Project

        project = Project(self.settings, self.cwd, thorough=self._thorough)
        project.earlier = self
        project.stamps = {}
        return project

    def survey(self, extra: str) -> Recalled | None:
        """What was found out about the words of a program; None where nothing was, or too much changed since."""
        if extra not in self._surveys:
            self._surveys[extra] = self._recalled(extra)
        return self._surveys[extra]

    def _recalled(self, extra: str) -> Recalled | None:
        kept, words = self.record.surveys.get(extra), self.record.quiet.get(extra)
        if kept is None or words is None or self._thorough:
            return None
        broken, _ = self._broken_facts(extra, kept)
        stays_quiet = functools.partial(self.likeness.stays_quiet, words=words)
        moved = functools.partial(may_name, self._moved(), self.cwd)
        try:
            found = recalled(kept, self.record.paths, self._fact, broken, stays_quiet, moved, self._same_body)
        except (msgspec.MsgspecError, IndexError, KeyError):
            return None
        return found if len(found.stale) + len(found.again) <= max(_FEW, len(found.survey.files) // 8) else None

    def gone_on(self, extra: str) -> Recalled | None:
        """The survey that this run went on from."""
        return self._surveys.get(extra) if "project" in vars(self) else None

    def holding(self, extra: str, word: str) -> list[str] | None:
        """The files of a program that hold a word; None where nobody ever asked."""
        return self.present.holding(extra, word)

    def _fact(self, kept: KeptFact) -> Fact:
        paths = self.record.paths
        if kept.kind == "look":
            return (kept.kind, tuple([paths[number] for number in kept.directories]), kept.name)
        if kept.kind == "word":
            return (kept.kind, kept.name)
        if kept.kind in NAMING:
            return (kept.kind, paths[kept.path], kept.name)
        return (kept.kind, paths[kept.path])

    # -- what is said now ---------------------------------------------------------------------------------------

    def learn(self, file: File, outcome: Outcome, grounds: Grounds | None, process: str) -> None:
        """Take note of a new outcome. What went wrong, and may not the next time, is not kept."""
        self.asked.add(answer_key(file))
        if file.path in self.quiet and outcome.problem is None and outcome.read:
            self.renewed.append((file, outcome, self.quiet[file.path]))
        elif grounds is not None and outcome.problem is None and outcome.read:
            self.new.append(Learnt(file, outcome, grounds, process))

    def hear(self, news: News) -> None:
        """Take note of what a process met."""
        for extra, (start, facts) in news.facts.items():
            self.facts.setdefault((news.process, extra), {}).update(enumerate(facts, start))
        for extra, word, held in news.searches:
            self.searches.setdefault(extra, {})[word] = held
        for extra, told in news.surveys.items():
            before = self.surveys.get((news.process, extra))
            self.surveys[(news.process, extra)] = told if before is None else together([before, told])
        for extra, asked in news.asked.items():
            own = self.told.setdefault(extra, {})
            for path, one in asked.items():
                own.setdefault(path, []).append(one)
        self.steady = self.steady and news.steady
        for path, stamp in news.stamps.items():
            known = self.stamps.current.get(path)
            self.steady = self.steady and (known is None or known.digest == stamp.digest)
            self.stamps.current[path] = stamp

    @property
    def _began_anew(self) -> bool:
        """Whether nothing was known, and all was found."""
        found = {answer_key(one.file) for one in self.new}
        return not self.record.answers and len(found) == len(self._files)

    def save(self) -> None:
        """Keep what is new, if anything is. Of files that changed while they were checked nothing is."""
        if not self.new and "project" in vars(self):
            self._hear_own()
        moved, stamps = self.likeness.moved, self.stamps.current.items()
        changed = any(self.record.stamps.get(path) != stamp and path not in moved for path, stamp in stamps)
        if self.steady and (self.new or self.renewed or self.surveys or changed):
            from leaklint.engine.writing import written

            record = written(self)
            if not self.store.save(record):
                return
            if self._began_anew:
                self._seal_at_once(record)
            elif self.sealed and self.seal is not None:
                from leaklint.engine.sealing import carried_over

                self.store.save_seal(carried_over(self.seal, self.record, record, self.sealed, self.store.digest))
        elif self.answered is not None and self._outdoes_seal(len(self.answered[0])):
            from leaklint.engine.sealing import sealed_now

            sealed = sealed_now(self, *self.answered)
            if sealed is not None:
                self.store.save_seal(sealed)

    def _hear_own(self) -> None:
        """Take note of what was looked at again to tell that every answer holds, so that later runs need not."""
        from leaklint.engine.grounds import Recorder

        self.hear(Recorder(self.project).news(""))

    def _outdoes_seal(self, count: int) -> bool:
        """Whether a question about so many files can be sealed, and is no smaller than the one that is."""
        as_large = self.seal is None or self.seal.count <= count
        return as_large and not any(stamp is not None and stamp.is_young for stamp in self.stamps.current.values())

    def _seal_at_once(self, record: Record) -> None:
        """Spare the next run to look whether all holds that was found just now."""
        from leaklint.engine.sealing import sealed_at_once

        keeper = Keeper(self.store, None, self.began, self.settings, self.cwd, thorough=self._thorough, record=record)
        sealed = sealed_at_once(keeper, self._files)
        if sealed is not None:
            self.store.save_seal(sealed)


def _masks(kept: Mapping[str, bytes]) -> dict[str | int, int]:
    return {extra: unpacked(facts) for extra, facts in kept.items()}
