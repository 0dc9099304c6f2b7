"""What someone does to a file in an editor, at random: it need be neither sensible nor Python."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

_CALL = re.compile(r"\.(\w+)\(")
_DEFINED = re.compile(r"\bdef (\w+)\(")
_RELEASE = re.compile(r"\.(close|release|putconn|dispose|disconnect)\(")
_NAMES = ("close", "execute", "commit", "release", "cursor", "getconn", "connect", "frobnicate")


def edited(text: str, chance: random.Random) -> str:
    """The text after one edit."""
    lines = text.split("\n")
    return "\n".join(chance.choice(_EDITS)(lines, chance))


def _line(lines: list[str], chance: random.Random, wanted: re.Pattern[str] | None = None) -> int:
    fitting = [n for n, line in enumerate(lines) if wanted is None or wanted.search(line)]
    return chance.choice(fitting or range(len(lines)))


def _blank(lines: list[str], chance: random.Random) -> list[str]:
    at = _line(lines, chance)
    return [*lines[:at], "", *lines[at:]]


def _comment(lines: list[str], chance: random.Random) -> list[str]:
    at = _line(lines, chance)
    return [*lines[:at], *["# the connection is closed elsewhere"] * chance.randint(1, 3), *lines[at:]]


def _space(lines: list[str], chance: random.Random) -> list[str]:
    at = _line(lines, chance)
    return [*lines[:at], lines[at] + " ", *lines[at + 1 :]]


def _gone(lines: list[str], chance: random.Random) -> list[str]:
    at = _line(lines, chance)
    return [*lines[:at], *lines[at + chance.randint(1, 2) :]]


def _unreleased(lines: list[str], chance: random.Random) -> list[str]:
    at = _line(lines, chance, _RELEASE)
    indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
    return [*lines[:at], indent + "pass", *lines[at + 1 :]]


def _twice(lines: list[str], chance: random.Random) -> list[str]:
    at = _line(lines, chance)
    return [*lines[: at + 1], *lines[at:]]


def _called(lines: list[str], chance: random.Random) -> list[str]:
    at = _line(lines, chance, _CALL)
    return [*lines[:at], _CALL.sub(f".{chance.choice(_NAMES)}(", lines[at], count=1), *lines[at + 1 :]]


def _renamed(lines: list[str], chance: random.Random) -> list[str]:
    found = _DEFINED.search(lines[_line(lines, chance, _DEFINED)])
    if found is None:
        return lines
    name = found[1]
    everywhere = chance.random() < 0.5
    return [
        re.sub(rf"\b{name}\b", f"{name}_now", line) if everywhere or f"def {name}(" in line else line for line in lines
    ]


def _moved(lines: list[str], chance: random.Random) -> list[str]:
    """A suite takes its place elsewhere, perhaps where it cannot stand."""
    at, to = sorted((_line(lines, chance), _line(lines, chance)))
    size = chance.randint(1, 6)
    return [*lines[:at], *lines[at + size : to + size], *lines[at : at + size], *lines[to + size :]]


def _function(lines: list[str], chance: random.Random) -> list[str]:
    at = _line(lines, chance, re.compile(r"^(def|class|@)\b"))
    found = [match[1] for line in lines for match in _DEFINED.finditer(line)]
    called = chance.choice(found) if found else "print"
    added = [f"def added_{len(lines)}(conn=None):", f"    got = {called}(conn)", "    got.execute('select 1')", ""]
    if chance.random() < 0.3:
        added[-1] = "    return lambda: got.close()"
    return [*lines[:at], *added, *lines[at:]]


def _typed(lines: list[str], chance: random.Random) -> list[str]:
    at = _line(lines, chance)
    column = chance.randint(0, len(lines[at]))
    return [*lines[:at], lines[at][:column] + chance.choice("x(.:,= '") + lines[at][column:], *lines[at + 1 :]]


_EDITS: tuple[Callable[[list[str], random.Random], list[str]], ...] = (
    _blank,
    _comment,
    _space,
    _gone,
    _unreleased,
    _twice,
    _called,
    _called,
    _renamed,
    _moved,
    _function,
    _typed,
)
