"""The bytes of a project's files. Few are held at a time."""

from __future__ import annotations

import os
from collections.abc import Container, Mapping
from pathlib import Path

from leaklint.cache.stamps import Stamp, content_digest, taken
from leaklint.source.decode import Undecodable, decode
from leaklint.source.file_words import FileWords
from leaklint.source.prefilter import identifiers

_ROOM = 4_000_000
"""Bytes of files that are read before it is looked which can be let go."""


class Contents:
    """overlays: bytes to take for the content of the files at these absolute paths. stamps: of the files that were
    read, if anybody wants them. steady: whether each of them was the same whenever it was read."""

    def __init__(self, overlays: Mapping[str, bytes] | None = None) -> None:
        self.stamps: dict[str, Stamp] | None = None
        self.steady = True
        self._overlays = dict(overlays or {})
        self._data: dict[str, bytes | None] = {}
        self._let_go: dict[str, int] = {}
        self._held = 0
        self._words: dict[str, FileWords] = {}
        self._digests: dict[str, bytes] = {}

    def content(self, path: str) -> bytes:
        """A file's bytes. Raises OSError."""
        overlay = self._overlays.get(path)
        if overlay is not None:
            return overlay
        with open(path, "rb") as file:
            if self.stamps is None:
                return file.read()
            status = os.fstat(file.fileno())
            data = file.read()
        stamp = self.stamps[path] = taken(status, data)
        self.steady = self.steady and self._digests.setdefault(path, stamp.digest) == stamp.digest
        return data

    def data(self, path: str) -> bytes | None:
        """A file's bytes, None where it cannot be read, or is no longer what it was."""
        if path not in self._data:
            try:
                data = self.content(path)
                self._data[path] = data if self._let_go.get(path) in (None, hash(data)) else None
                self._held += len(data)
            except (OSError, ValueError):
                self._data[path] = None
        return self._data[path]

    def glance(self, path: str) -> bytes | None:
        """The same, for whoever looks into all files and has no use for their bytes afterwards."""
        data = self.data(path)
        self._forget_bytes()
        return data

    def digest(self, path: str) -> bytes:
        """The digest of a file's bytes; b"" where it cannot be read."""
        known = self._digests.get(path)
        if known is not None and path not in self._overlays:
            return known
        data = self.data(path)
        return b"" if data is None else content_digest(data)

    def read(self, path: Path) -> str | None:
        """A file's text, for the modules that an analysed one imports."""
        data = self.data(str(path))
        if data is None:
            return None
        try:
            return decode(data).text
        except Undecodable:
            return None

    def words_of(self, path: str) -> Container[str] | None:
        """The identifiers in a file, where they are known."""
        return self._words.get(path)

    def _forget_bytes(self) -> None:
        """Forget the bytes of files, once they are many, and keep their words: what is looked for in them is looked for
        there, and few are read once more."""
        if self._held < _ROOM:
            return
        for path, data in list(self._data.items()):
            if data is not None:
                if self.words_of(path) is None:
                    self._words[path] = FileWords(identifiers(data))
                self._let_go[path] = hash(data)
                del self._data[path]
        self._held = 0

    def _share(self, before: Contents, path: str) -> None:
        """Take over what is known of other files than this one."""
        self._data = {name: known for name, known in before._data.items() if name != path}
        self._let_go = {name: known for name, known in before._let_go.items() if name != path}
        self._words = {name: known for name, known in before._words.items() if name != path}
