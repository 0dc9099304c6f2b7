"""`[tool.leaklint.capacity]`: what the project says of its servers, processes and database."""

from __future__ import annotations

import difflib
from typing import Any

import msgspec

from leaklint.capacity.model import Figure, Place
from leaklint.capacity.servers import families
from leaklint.config import ConfigError, ConfigFile, Settings, near, read_config

NUMBERS: dict[str, int] = {"app-servers": 1, "processes": 1, "threads": 1, "max-connections": 1, "reserved": 0}
"""The keys that hold a number, each with the smallest that makes sense."""
LARGEST = 10_000_000
_DATABASE = "database"


class Configured(msgspec.Struct, frozen=True):
    """What is configured: numbers by key, the family of servers that is counted ("" for the one that is used)."""

    numbers: dict[str, Figure]
    database: str = ""


def configured(settings: Settings) -> Configured:
    """The capacity table of the settings. Raises ConfigError with file, line and column of each mistake."""
    table = settings.capacity
    file = _declaring(settings)
    problems: list[str] = []
    numbers: dict[str, Figure] = {}
    for key, value in table.items():
        place = _place(file, key, settings.provenance.get(key, ""))
        if key == _DATABASE:
            if value not in families():
                problems.append(f"{place}:{place.column}: '{key}' must be one of {', '.join(families())}")
        elif key not in NUMBERS:
            problems.append(f"{place}:{place.column}: {_unknown(key)}")
        elif wrong := number_problem(value, NUMBERS[key]):
            problems.append(f"{place}:{place.column}: '{key}' {wrong}")
        else:
            numbers[key] = Figure(value, "configured", "", place)
    limit, reserved = numbers.get("max-connections"), numbers.get("reserved")
    if limit is not None and reserved is not None and reserved.value >= limit.value:
        problems.append(
            f"{reserved.place}: 'reserved' is {reserved.value}, which leaves nothing of "
            f"'max-connections' = {limit.value} ({limit.place}); it must be smaller"
        )
    if problems:
        raise ConfigError("\n".join(problems))
    return Configured(numbers, str(table.get(_DATABASE, "")))


def number_problem(value: Any, smallest: int) -> str:
    """What is wrong with a number that must be whole and at least `smallest`; "" if nothing is."""
    if isinstance(value, bool) or not isinstance(value, int):
        shown = f"'{value}'" if isinstance(value, str) else str(value)
        return f"must be a whole number, not {shown}"
    if value < smallest:
        return f"must be at least {smallest}, not {value}"
    return f"is {value}; more than {LARGEST} is no number of connections or processes" if value > LARGEST else ""


def _unknown(key: str) -> str:
    known = [*NUMBERS, _DATABASE]
    close = difflib.get_close_matches(key.replace("_", "-").lower(), known, n=1, cutoff=0.5)
    return f"unknown key '{key}'; " + (f"did you mean '{close[0]}'?" if close else f"known keys: {', '.join(known)}")


def _declaring(settings: Settings) -> ConfigFile | None:
    for path in settings.files:
        file = read_config(path)
        if file is not None and file.options.capacity is not None:
            return file
    return None


def _place(file: ConfigFile | None, key: str, origin: str) -> Place:
    if file is None or origin:
        return Place(origin or "[tool.leaklint.capacity]")
    line, column = file.place("capacity", key)
    return Place(near(file.path), line, column)
