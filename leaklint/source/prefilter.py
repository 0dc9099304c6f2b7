"""Which files can matter, told from their bytes alone: most name no driver, and are never parsed."""

from __future__ import annotations

import functools
import re
from collections.abc import Container, Iterable, Mapping

from leaklint.digest import blake2b

_FROM = rb"from[ \t]+(\.*[ \t]*[\w.]*)[ \t]+import[ \t]*(\((?:[^)#]|#[^\r\n]*)*\)|[^\r\n;#]*)"
_WHOLE = rb"import[ \t]+([^\r\n;#]*)"
_IMPORT = re.compile(rb"[ \t\f]*(?:" + _FROM + rb"|" + _WHOLE + rb")")
_FURTHER = re.compile(rb";[ \t]*(?:" + _FROM + rb"|" + _WHOLE + rb")")
_SPACED = bytes(c if c >= 0x80 or chr(c).isalnum() or c == ord("_") else ord(" ") for c in range(256))
_COMMENT = re.compile(rb"#[^\r\n]*")
IMPORTING = ("import_module", "__import__", "importorskip")
"""Calls that import what a string names."""
_CONTINUATION = re.compile(rb"\\\r?\n")


class Prefilter:
    """Looks for the words of the catalog.

    words: a driver's import name -> the names by which files that import it take something (`connect`, `getconn`).
    free: names that mean something in a file that names no driver.
    """

    def __init__(self, words: Mapping[str, Iterable[str]], free: Iterable[str] = ()) -> None:
        self._names = dict(words)
        self._free = frozenset(word.encode() for word in free)
        self._by_first: dict[bytes, list[tuple[str, frozenset[bytes]]]] = {}
        for module in sorted(words):
            found = (module, frozenset(word.encode() for word in words[module]))
            self._by_first.setdefault(module.partition(".")[0].encode(), []).append(found)

    def matters(self, data: bytes) -> bool:
        """Whether a file of these bytes can take a resource by itself."""
        named = frozenset(data.translate(_SPACED).split())
        if not named.isdisjoint(self._free):
            return True
        return any(
            not named.isdisjoint(words) and _whole(module).search(data)
            for first in named & self._by_first.keys()
            for module, words in self._by_first[first]
        )

    def libraries(self, data: bytes, words: Container[str]) -> list[str]:
        """The drivers' import names in a file of these bytes, which holds these identifiers: those that it imports, as
        many are words that variables go by, too; one that imports by a call may name them anywhere."""
        there = (self._by_first[first] for first in self._by_first if first.decode() in words)
        found = sorted(name for one in there for name, _ in one if _whole(name).search(data))
        if not found or any(call in words for call in IMPORTING):
            return found
        tops = {module.partition(".")[0] for module, _ in imported(data)}
        return [name for name in found if name.partition(".")[0] in tops or _said_to_import(name).search(data)]

    def words(self, library: str) -> Iterable[str]:
        """The names by which files that import a driver take something."""
        return self._names[library]


def identifiers(data: bytes) -> list[str]:
    """The identifiers in a file of these bytes, one after the other; those in strings and comments too, and numbers."""
    return data.translate(_SPACED).decode("utf-8", "replace").split()


def holds(data: bytes, word: str) -> bool:
    """Whether a file of these bytes holds the identifier `word`, in a string or comment perhaps."""
    wanted = word.encode("utf-8", "surrogatepass")
    at = data.find(wanted) if wanted else -1
    while at >= 0:
        end = at + len(wanted)
        if data[at - 1 : at].translate(_SPACED) in b" " and data[end : end + 1].translate(_SPACED) in b" ":
            return True
        at = data.find(wanted, end)
    return False


@functools.cache
def _whole(name: str) -> re.Pattern[bytes]:
    return re.compile(rb"(?<![\w.])" + re.escape(name.encode()) + rb"(?!\w)")


@functools.cache
def _said_to_import(name: str) -> re.Pattern[bytes]:
    """What imports in an unusual place of a line: `try: import psycopg2`."""
    return re.compile(rb"[:;][ \t]*(?:import|from)[ \t][^\r\n]*" + _whole(name).pattern)


def imported(data: bytes) -> list[tuple[str, tuple[str, ...]]]:
    """The imports in a file's bytes: module as written (`..db`, `app.db`), and the names taken from it ("" for all of
    `import x`). Found by shape, so text in strings may be among them: good enough to know where to look."""
    if b"\\" in data:
        data = _CONTINUATION.sub(b" ", data)
    found: list[tuple[str, tuple[str, ...]]] = []
    at = data.find(b"import")
    while at >= 0:
        start = max(data.rfind(b"\n", 0, at), data.rfind(b"\r", 0, at)) + 1
        match = _IMPORT.match(data, start)
        if match is None or match.end() <= at:
            match = _further(data, start, at)
        if match is not None:
            module, names, whole = match.groups()
            if module is not None:
                found.append((_text(module).replace(" ", "").replace("\t", ""), tuple(_names(names))))
            else:
                found.extend((name, ()) for name in _names(whole))
        at = data.find(b"import", max(at + len(b"import"), match.end() if match is not None else 0))
    return found


def statements_digest(statements: Iterable[tuple[str, tuple[str, ...]]]) -> bytes:
    """A digest of what `imported` found."""
    return blake2b("\n".join(map(str, statements)).encode("utf-8", "surrogatepass"), digest_size=8).digest()


def _further(data: bytes, start: int, at: int) -> re.Match[bytes] | None:
    """The import that stands at `at`, after a semicolon in the line that begins at `start`."""
    if b";" not in data[start:at]:
        return None
    for match in _FURTHER.finditer(data, start):
        if match.end() > at:
            return match if match.start() <= at else None
    return None


def _names(listed: bytes) -> list[str]:
    parts = _COMMENT.sub(b"", listed).strip(b"() \t\r\n").split(b",")
    return [_text(words[0]) for part in parts if (words := part.split())]


def _text(name: bytes) -> str:
    return name.decode("utf-8", "replace")
