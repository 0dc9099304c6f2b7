"""Which files can matter, told from their bytes alone: most name no driver, and are never parsed."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping

_FROM = rb"from[ \t]+(\.*[ \t]*[\w.]*)[ \t]+import[ \t]*(\((?:[^)#]|#[^\r\n]*)*\)|[^\r\n;#]*)"
_WHOLE = rb"import[ \t]+([^\r\n;#]*)"
_IMPORT = re.compile(rb"(?:^[ \t\f]*|;[ \t]*)(?:" + _FROM + rb"|" + _WHOLE + rb")", re.MULTILINE)
_SPACED = bytes(c if c >= 0x80 or chr(c).isalnum() or c == ord("_") else ord(" ") for c in range(256))
_COMMENT = re.compile(rb"#[^\r\n]*")
_CONTINUATION = re.compile(rb"\\\r?\n")


class Prefilter:
    """Looks for the words of the catalog.

    words: a driver's import name -> the names by which files that import it take something (`connect`, `getconn`).
    free: names that mean something in a file that names no driver.
    """

    def __init__(self, words: Mapping[str, Iterable[str]], free: Iterable[str] = ()) -> None:
        self._words = [
            (module.encode(), _whole(module), [word.encode() for word in sorted(names)])
            for module, names in sorted(words.items())
        ]
        self._names = dict(words)
        self._wholes = [(module.decode(), whole) for module, whole, _ in self._words]
        self._free = [word.encode() for word in sorted(free)]

    def matters(self, data: bytes) -> bool:
        """Whether a file of these bytes can take a resource by itself."""
        for module, whole, words in self._words:
            if module in data and any(word in data for word in words) and whole.search(data):
                return True
        return any(word in data for word in self._free)


    def libraries(self, data: bytes, words: Container[str]) -> list[str]:
        """The drivers' import names in a file of these bytes, which holds these identifiers."""
        return [name for name, whole in self._wholes if name.partition(".")[0] in words and whole.search(data)]

    def words(self, library: str) -> Iterable[str]:
        """The names by which files that import a driver take something."""
        return self._names[library]


def identifiers(data: bytes) -> bytes:
    """The identifiers in a file of these bytes, with blanks between; those in strings and comments, and numbers, too."""
    return data.translate(_SPACED)


def _whole(name: str) -> re.Pattern[bytes]:
    return re.compile(rb"(?<![\w.])" + re.escape(name.encode()) + rb"(?!\w)")


def imported(data: bytes) -> list[tuple[str, tuple[str, ...]]]:
    """The imports in a file's bytes: module as written (`..db`, `app.db`), and the names taken from it ("" for all of
    `import x`). Found by shape, so text in strings may be among them: good enough to know where to look."""
    if b"import" not in data:
        return []
    found: list[tuple[str, tuple[str, ...]]] = []
    for match in _IMPORT.finditer(_CONTINUATION.sub(b" ", data)):
        module, names, whole = match.groups()
        if module is not None:
            found.append((_text(module).replace(" ", "").replace("\t", ""), tuple(_names(names))))
        else:
            found.extend((name, ()) for name in _names(whole))
    return found


def _names(listed: bytes) -> list[str]:
    parts = _COMMENT.sub(b"", listed).strip(b"() \t\r\n").split(b",")
    return [_text(words[0]) for part in parts if (words := part.split())]


def _text(name: bytes) -> str:
    return name.decode("utf-8", "replace")
