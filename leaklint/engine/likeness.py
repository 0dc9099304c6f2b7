"""Files that changed and yet say what they said: no answer is another one because of them."""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import TYPE_CHECKING

import msgspec

from leaklint.cache.record import Concern, Record, Words, decode_concern
from leaklint.cache.stamps import Stamps, content_digest
from leaklint.engine.concerns import OF_COMMENTS, still_concerns
from leaklint.engine.layout import ABSENT, LaidOut, laid_out
from leaklint.resolve.sets import unpacked
from leaklint.source.decode import Undecodable, decode
from leaklint.source.discover import File
from leaklint.source.prefilter import Prefilter, identifiers, imported, statements_digest

if TYPE_CHECKING:
    from leaklint.engine.project import Project


class Likeness:
    """Compares files with what is kept of them. afresh: gives a project of which nothing is known. moved: the files
    that were found to be alike though they have other content: places in them may be others."""

    def __init__(self, record: Record, stamps: Stamps, afresh: Callable[[], Project], *, thorough: bool) -> None:
        self._record = record
        self._stamps = stamps
        self._afresh = afresh
        self._thorough = thorough
        self.moved: set[str] = set()
        self._concerns: dict[tuple[str, str], Concern | None] = {}
        self._layouts: dict[str, LaidOut | None] = {}
        self._quiet: dict[str, bool] = {}

    def content(self, path: str) -> bytes | None:
        """A file's bytes, if they are what was looked at."""
        try:
            with open(path, "rb") as file:
                data = file.read()
        except OSError:
            return None
        return data if content_digest(data) == self._stamps.digest(path) else None

    def says_the_same(self, extra: str, file: File, was: bytes, imports: bytes) -> bool:
        """Whether nothing is to be said of a file of which nothing was when its content had the digest `was`. imports:
        a digest of how it imported, where that and its words tell all."""
        return self.is_same(extra, file.path, was) or self._is_as_quiet(extra, file, imports)

    # -- what somebody asked of a file --------------------------------------------------------------------------

    def is_same(self, extra: str, path: str, was: bytes) -> bool:
        """Whether a file of a program is, to all who asked of it, what it was with the content of this digest."""
        known = self._record.concerns.get(extra, {}).get(path)
        if known is None:
            return False
        found = self.concern(extra, path)
        same = found is not None and was in found.same
        if same and was != self._stamps.digest(path):
            self.moved.add(path)
        return same

    def content_like(self, extra: str, path: str, was: bytes) -> bytes:
        """The digest of the content that a file has now, where it is the same to all who asked; else `was`."""
        now = self._stamps.digest(path)
        return now if now != was and self.is_same(extra, path, was) else was

    def concern(self, extra: str, path: str) -> Concern | None:
        """What concerns anybody of a file, as far as that is known of its content."""
        key = (extra, path)
        if key not in self._concerns:
            self._concerns[key] = self._concern(extra, path)
        return self._concerns[key]

    def _concern(self, extra: str, path: str) -> Concern | None:
        raw, words = self._record.concerns.get(extra, {}).get(path), self._record.quiet.get(extra)
        if raw is None or words is None or self._thorough:
            return None
        try:
            known = decode_concern(raw)
        except msgspec.MsgspecError:
            return None
        if self._stamps.digest(path) in known.same:
            return known
        file = self._laid_out(path)
        return known if file is not None and still_concerns(known, file, words) else None

    def body(self, path: str, name: str, was: bytes) -> bytes:
        """What the body of a function is now. What is kept of those in a file is so with the content that it had."""
        known = self._record.stamps.get(path)
        if known is not None and known.digest == self._stamps.digest(path):
            return was or b"?"
        file = self._laid_out(path)
        return file.bodies.get(name, ABSENT) if file is not None else b"?"

    def _laid_out(self, path: str) -> LaidOut | None:
        if path not in self._layouts:
            data = self.content(path)
            self._layouts[path] = laid_out(path, data) if data is not None else None
        return self._layouts[path]

    # -- files that say nothing about resources -----------------------------------------------------------------

    def _is_as_quiet(self, extra: str, file: File, imports: bytes) -> bool:
        """Whether a file says nothing about resources still. One that is named itself is parsed."""
        words, data = self._record.quiet.get(extra), self.content(file.path)
        if file.named or words is None or data is None or not _is_uncommented(data):
            return False
        light = bool(imports) and _stays_light(
            imports, words.always, data, lambda data: self._afresh().prefilter.matters(data)
        )
        if not light and not self.stays_quiet(file.path, words):
            return False
        self.moved.add(file.path)
        return True

    def stays_quiet(self, path: str, words: Words) -> bool:
        """Whether a file of which `words` tell that it says nothing about resources says nothing now."""
        if path not in self._quiet:
            data = self.content(path) if path in words.quiet else None
            self._quiet[path] = data is not None and _says_nothing_still(path, words, data, self._libraries_in)
        return self._quiet[path]

    def _libraries_in(self, data: bytes, words: Container[str]) -> list[str]:
        """The libraries that a file imports, of those by which something is taken."""
        catalog = self._afresh().catalog
        return Prefilter(catalog.taking_words, catalog.free_words).libraries(data, words)


def _says_nothing_still(
    path: str, words: Words, data: bytes, libraries: Callable[[bytes, Container[str]], list[str]]
) -> bool:
    """Whether a file that said nothing about resources says nothing with this content either: it imports what it did,
    and has no word that would make one of its functions a suspect. libraries: those that a file of these bytes, which
    holds these identifiers, imports."""
    known = words.quiet.get(path)
    if known is None or statements_digest(imported(data)) != known.imports:
        return False
    own = identifiers(data)
    reached = unpacked(known.reached)
    there = {name.partition(".")[0] for name in known.libraries}
    if there and sorted(libraries(data, frozenset(own))) != list(known.libraries):
        return False
    for word in own:
        if word in there:
            # It stood there before, and led to nothing.
            continue
        if word in words.always:
            return False
        giving = words.words.get(word)
        if giving is not None and (not giving or not known.reached or unpacked(giving) & reached):
            return False
    return True


def _stays_light(imports: bytes, always: Container[str], data: bytes, matters: Callable[[bytes], bool]) -> bool:
    """Whether a file that imported nothing of the project, and had no word that counts, has none with this content
    either. imports: a digest of what it imported. always: words that may count anywhere. matters: see `Prefilter`."""
    if statements_digest(imported(data)) != imports:
        return False
    words = identifiers(data)
    return not any(word in always for word in words) or not matters(data)


def _is_uncommented(data: bytes) -> bool:
    """Whether a file can be read, and none of its comments can speak of findings."""
    try:
        decode(data)
    except Undecodable:
        return False
    return OF_COMMENTS.isdisjoint(map(str.lower, identifiers(data)))
