"""Which files can matter, told from their bytes alone: most name no driver, and are never parsed."""

from __future__ import annotations

import re
from collections.abc import Iterable

_FROM = rb"from[ \t]+(\.*[ \t]*[\w.]*)[ \t]+import[ \t]*(\((?:[^)#]|#[^\r\n]*)*\)|[^\r\n;#]*)"
_WHOLE = rb"import[ \t]+([^\r\n;#]*)"
_IMPORT = re.compile(rb"(?:^[ \t\f]*|;[ \t]*)(?:" + _FROM + rb"|" + _WHOLE + rb")", re.MULTILINE)
_COMMENT = re.compile(rb"#[^\r\n]*")
_CONTINUATION = re.compile(rb"\\\r?\n")


class Prefilter:
    """Looks for the words of the catalog.

    modules: the drivers' import names. words: the last names of acquiring calls (`connect`, `getconn`). free: those
    that mean something in a file that names no driver.
    """

    def __init__(self, modules: Iterable[str], words: Iterable[str], free: Iterable[str] = ()) -> None:
        self._modules = sorted(module.encode() for module in modules)
        self._words = sorted(word.encode() for word in words)
        self._free = sorted(word.encode() for word in free)
        alternatives = b"|".join(re.escape(word) for word in sorted(self._modules, key=len, reverse=True))
        self._driver = re.compile(rb"(?<![\w.])(?:" + alternatives + rb")(?!\w)")

    def names_driver(self, data: bytes) -> bool:
        """Whether the bytes hold the import name of a driver, as a whole word."""
        if not any(module in data for module in self._modules):
            return False
        return self._driver.search(data) is not None

    def names_acquire(self, data: bytes) -> bool:
        """Whether the bytes hold the name of some acquiring call."""
        return any(word in data for word in self._words)

    def matters(self, data: bytes) -> bool:
        """Whether a file of these bytes can take a resource by itself."""
        if any(word in data for word in self._free):
            return True
        return self.names_acquire(data) and self.names_driver(data)


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
