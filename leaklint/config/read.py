"""From the text of one configuration file to its options, or to errors that say where and how to mend them."""

from __future__ import annotations

import os
import re
from typing import Any

import msgspec

from leaklint.config.options import KEYS, VERSION, Options
from leaklint.config.positions import KeyPath, Position, nearest, positions
from leaklint.model import LeaklintError

_TOML_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_VALUE_PATH = re.compile(r"^(.*?)(?: - at `(key in )?\$(.*)`)?$", re.DOTALL)
_PATH_PART = re.compile(r"\[(\d+|\.\.\.)\]|\.([^.\[]+)")
_LARGEST = 4_000_000
_EXPECTED = {
    "`array`": "an array",
    "`str`": "a string",
    "`bool`": "true or false",
    "`object`": "a table",
    "`int`": "a number",
    "`float`": "a number",
    f"`str` matching regex {VERSION!r}": 'a version such as "py310", "3.12" or "PyMySQL==0.9.3"',
}


class ConfigError(LeaklintError):
    """A configuration that cannot be used: one line for each thing wrong, each with file, line and column."""


def near(path: str) -> str:
    """A path as messages show it: relative to the working directory if it lies below that, in one line of text."""
    here = os.getcwd().rstrip(os.sep) + os.sep
    short = path[len(here) :] if path.startswith(here) else path
    return short if short.isprintable() else ascii(short)[1:-1]


class ConfigFile(msgspec.Struct, frozen=True):
    """A configuration file as read. prefix: the table that holds the options (`tool.leaklint`, or nothing)."""

    path: str
    options: Options
    prefix: KeyPath
    places: dict[KeyPath, Position]

    @property
    def directory(self) -> str:
        """What its relative paths and patterns are relative to."""
        return os.path.dirname(self.path)

    def place(self, *path: str | int) -> Position:
        """Line and column of an option, or of an element inside its value."""
        return nearest(self.places, (*self.prefix, *path))

    @property
    def keys_set(self) -> list[str]:
        """The options it sets, as written."""
        return [key for key, name in KEYS.items() if getattr(self.options, name) is not None]

    def error(self, message: str, *path: str | int) -> ConfigError:
        """An error about one of its options."""
        line, column = self.place(*path)
        return ConfigError(f"{near(self.path)}:{line}:{column}: {message}")


def read_config(path: str) -> ConfigFile | None:
    """The options in the file `path`; None for a pyproject.toml (or other shared file) without `[tool.leaklint]`.

    A file named leaklint.toml or .leaklint.toml holds the options at its top; any other under `[tool.leaklint]`, and at
    its top if it has no `[tool]` table. Raises ConfigError.
    """
    is_pyproject = os.path.basename(path) == "pyproject.toml"
    data = _bytes(path)
    if is_pyproject and b"leaklint" not in data:
        return None
    document, text = _parse(path, data)
    prefix: KeyPath = ()
    table: Any = document
    if is_pyproject or "tool" in document:
        tool = document.get("tool", {})
        table = tool.get("leaklint") if isinstance(tool, dict) else None
        if table is None:
            return None
        prefix = ("tool", "leaklint")
    places = positions(text)
    if not isinstance(table, dict):
        line, column = nearest(places, prefix)
        raise ConfigError(f"{near(path)}:{line}:{column}: [tool.leaklint] must be a table")
    return ConfigFile(path=path, options=_options(path, table, prefix, places), prefix=prefix, places=places)


def read_inline(text: str, origin: str) -> Options:
    """The options of a line of TOML that stands for itself, such as `min-severity = "error"`. A value that is no TOML
    is taken for a string. Raises ConfigError, which names `origin` as the place."""
    table = _inline(text)
    if table is None:
        raise ConfigError(f"{origin}: {ascii(text)[1:-1]} is neither a file nor KEY = VALUE")
    try:
        return _options(origin, table, (), {})
    except ConfigError as error:
        place = re.compile(rf"^{re.escape(near(origin))}:\d+:\d+: ", re.MULTILINE)
        raise ConfigError(place.sub(f"{origin}: ", str(error))) from error


def _inline(text: str) -> dict[str, Any] | None:
    import tomli

    key, _, value = text.partition("=")
    for written in (text, f"{key}= {msgspec.json.encode(value.strip()).decode()}"):
        try:
            return tomli.loads(written)
        except (tomli.TOMLDecodeError, RecursionError):
            continue
    return None


def _bytes(path: str) -> bytes:
    try:
        if os.path.isdir(path):
            raise ConfigError(f"{near(path)}: is a directory; name a leaklint.toml or a pyproject.toml")
        with open(path, "rb") as file:
            data = file.read(_LARGEST + 1)
    except FileNotFoundError as error:
        raise ConfigError(f"{near(path)}: no such file; name a leaklint.toml or a pyproject.toml") from error
    except OSError as error:
        raise ConfigError(f"{near(path)}: cannot be read: {error.strerror or error}") from error
    if len(data) > _LARGEST:
        raise ConfigError(f"{near(path)}: larger than {_LARGEST // 1_000_000} MB; this is no configuration file")
    return data


def _parse(path: str, data: bytes) -> tuple[dict[str, Any], str]:
    import tomli

    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(
            f"{near(path)}:{line}:1: not UTF-8, which TOML must be (byte 0x{data[error.start]:02x})"
        ) from error
    try:
        return tomli.loads(text), text.replace("\r\n", "\n")
    except tomli.TOMLDecodeError as error:
        message = str(error)
        match = _TOML_PLACE.search(message)
        place = match.group(1, 2) if match and match.group(1) else _end(text)
        reason = _TOML_PLACE.sub("", message)
        raise ConfigError(
            f"{near(path)}:{place[0]}:{place[1]}: not valid TOML: {reason[:1].lower()}{reason[1:]}"
        ) from error
    except RecursionError as error:
        raise ConfigError(f"{near(path)}:1:1: nested too deeply") from error


def _end(text: str) -> Position:
    return text.count("\n") + 1, len(text) - (text.rfind("\n") + 1) + 1


def _options(path: str, table: dict[str, Any], prefix: KeyPath, places: dict[KeyPath, Position]) -> Options:
    problems: list[tuple[Position, str]] = []
    values: dict[str, Any] = {}
    types = {field.encode_name: field.type for field in msgspec.structs.fields(Options)}
    for key, value in table.items():
        if key not in types:
            problems.append((nearest(places, (*prefix, key)), _unknown(key)))
            continue
        try:
            values[KEYS[key]] = msgspec.convert(value, types[key])
        except msgspec.ValidationError as error:
            message, inner = _explain(key, value, str(error))
            problems.append((nearest(places, (*prefix, key, *inner)), message))
    if problems:
        raise ConfigError(
            "\n".join(f"{near(path)}:{line}:{column}: {text}" for (line, column), text in sorted(problems))
        )
    return Options(**values)


def _unknown(key: str) -> str:
    import difflib

    shown = key if key.isprintable() else ascii(key)[1:-1]
    close = difflib.get_close_matches(key.replace("_", "-").lower(), KEYS, n=1, cutoff=0.5)
    mend = f"did you mean '{close[0]}'?" if close else f"known keys: {', '.join(KEYS)}"
    return f"unknown key '{shown}'; {mend}"


def _explain(key: str, value: Any, error: str) -> tuple[str, KeyPath]:
    """msgspec's words in a user's words, and the path from the option to the value that is wrong."""
    match = _VALUE_PATH.match(error)
    reason, tail = (match.group(1), match.group(3) or "") if match else (error, "")
    inner = _inner_path(value, tail)
    reason = re.sub(r" \| null", "", reason)
    reason = re.sub(r"`null \| ", "`", reason)
    if reason.startswith("Expected "):
        wanted, _, got = reason[len("Expected ") :].partition(", got ")
        reason = f"must be {_EXPECTED.get(wanted, wanted)}" + (f", not {_EXPECTED.get(got, got)}" if got else "")
    elif reason.startswith("Invalid enum value"):
        given = reason[len("Invalid enum value ") :].strip("'`")
        reason = f"is '{given}'; choose one of {', '.join(_choices(key))}"
    else:
        reason = reason[:1].lower() + reason[1:]
    shown = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in inner)
    return f"'{key}{shown}' {reason}", inner


def _inner_path(value: Any, tail: str) -> KeyPath:
    """`[2]`, `[...]`: the latter is a dict's value, whose key msgspec does not name; the first wrong one is meant."""
    inner: list[str | int] = []
    for index, name in _PATH_PART.findall(tail):
        if index == "...":
            key = next((k for k, v in value.items() if not _is_names(v)), None) if isinstance(value, dict) else None
            if key is None:
                break
            inner.append(key)
            value = value[key]
        elif index:
            inner.append(int(index))
            value = value[int(index)] if isinstance(value, list) and int(index) < len(value) else None
        else:
            inner.append(name)
            value = value.get(name) if isinstance(value, dict) else None
    return tuple(inner)


def _is_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _choices(key: str) -> list[str]:
    schema = msgspec.json.schema(Options)["$defs"]["Options"]["properties"][key]
    return sorted(str(choice) for part in schema["anyOf"] for choice in part.get("enum", ()) if choice is not None)
