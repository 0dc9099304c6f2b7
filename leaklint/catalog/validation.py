"""From TOML tables to catalog rows, or to errors that say where, what and what was probably meant.

The types in `schema` are the rule; what they cannot say (a resource needs a way to be given back) stands below.
"""

from __future__ import annotations

import difflib
import re
import types
import typing
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from leaklint.catalog.schema import Library, Resource
from leaklint.config.positions import KeyPath, Position, nearest, positions
from leaklint.model import LeaklintError

Locate = Callable[[KeyPath], Position]
Problem = tuple[KeyPath, str]

_DOTTED = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")
_METHOD = re.compile(r"[^\W\d]\w*")
_SCALARS: dict[object, str] = {str: "a string", bool: "true or false", int: "a whole number"}
_EXAMPLES = {"acquire": 'acquire = ["myapp.pool.Pool.take"]', "name": 'name = "connection"', "kind": 'kind = "other"'}


class CatalogError(LeaklintError):
    """A catalog file or a resource declaration that cannot be used: a line for each thing wrong, with its place."""


def resources_from_table(
    tables: Iterable[dict[str, Any]], locate: Locate, path: str = "pyproject.toml"
) -> tuple[Resource, ...]:
    """The rows that `[[tool.leaklint.resource]]` tables declare.

    locate gives line and column of a key path such as ("resource", 0, "release"); path is the file's name for messages.
    Raises CatalogError.
    """
    rows = list(tables)
    found: list[Problem] = []
    for position, table in enumerate(rows):
        keys: KeyPath = ("resource", position)
        wrong = list(_problems(table, Resource, keys))
        found += wrong or list(_unusable(msgspec.convert(table, Resource), keys))
    _raise(found, locate, path)
    return tuple(msgspec.convert(table, Resource) for table in rows)


def library_from_table(table: dict[str, Any], text: str, path: str) -> Library:
    """The library of one catalog file; `text` is the file's text, for the places of errors. Raises CatalogError."""
    found = list(_problems(table, Library, ()))
    if not found:
        library = msgspec.convert(table, Library)
        for position, resource in enumerate(library.resource):
            found += _unusable(resource, ("resource", position))
    if found:
        places = positions(text)
        _raise(found, lambda keys: nearest(places, keys), path)
    return msgspec.convert(table, Library)


def _raise(found: list[Problem], locate: Locate, path: str) -> None:
    if found:
        lines = sorted((locate(keys), message) for keys, message in found)
        raise CatalogError("\n".join(f"{path}:{line}:{column}: {message}" for (line, column), message in lines))


def _problems(value: Any, wanted: Any, keys: KeyPath) -> Iterator[Problem]:
    """What is wrong with `value` where the schema wants `wanted`."""
    origin, options = typing.get_origin(wanted), typing.get_args(wanted)
    if isinstance(wanted, type) and issubclass(wanted, msgspec.Struct):
        yield from _struct_problems(value, wanted, keys)
    elif origin is typing.Literal:
        if value not in options:
            yield keys, f"{_last(keys)} must be one of {_listed(options)}{_meant(value, options)}"
    elif origin is tuple:
        if not isinstance(value, (list, tuple)):
            yield keys, f"{_last(keys)} must be an array"
            return
        for position, item in enumerate(value):
            yield from _problems(item, options[0], (*keys, position))
    elif origin is dict:
        if not isinstance(value, dict):
            yield keys, f"{_last(keys)} must be a table"
            return
        for key, item in value.items():
            yield from _problems(item, options[1], (*keys, key))
    elif origin in (typing.Union, types.UnionType):
        yield from _union_problems(value, options, keys)
    elif type(value) is not wanted:
        yield keys, f"{_last(keys)} must be {_SCALARS.get(wanted, wanted)}, not {_described(value)}"


def _union_problems(value: Any, options: tuple[Any, ...], keys: KeyPath) -> Iterator[Problem]:
    """Nothing if one of the types fits; else what the first of them misses, which is the one that users write."""
    first: list[Problem] | None = None
    for option in options:
        if option is type(None):
            continue
        found = list(_problems(value, option, keys))
        if not found:
            return
        first = first or found
    yield from first or []


def _struct_problems(value: Any, struct: type[msgspec.Struct], keys: KeyPath) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield keys, f"{_last(keys)} must be a table"
        return
    hints = typing.get_type_hints(struct)
    fields = {field.encode_name: field for field in msgspec.structs.fields(struct)}
    for key, item in value.items():
        if key in fields:
            yield from _problems(item, hints[fields[key].name], (*keys, key))
        else:
            yield (*keys, key), f"unknown key '{key}'{_meant(key, fields, always=True)}"
    for key, field in fields.items():
        if field.required and key not in value:
            example = f": {_EXAMPLES[key]}" if key in _EXAMPLES else ""
            yield keys, f"{_last(keys)} lacks '{key}'{example}"


def _unusable(row: Resource, keys: KeyPath) -> Iterator[Problem]:
    """What the types let through but no analysis could use."""
    if not row.acquire:
        yield (*keys, "acquire"), "acquire names no call"
    for field, names in (("acquire", row.acquire), ("types", row.types), ("release-functions", row.release_functions)):
        for position, name in enumerate(names):
            if not _DOTTED.fullmatch(name):
                yield (*keys, field, position), f"'{name}' is no dotted name such as \"package.module.function\""
    for position, name in enumerate(row.release):
        if not _DOTTED.fullmatch(name):
            yield (*keys, "release", position), f"'{name}' is no method name: write it without object and parentheses"
    for field, names in (
        ("release-to", row.release_to),
        ("release-owner", row.release_owner),
        ("derives", row.derives),
        ("ended-by", row.ended_by),
    ):
        for position, name in enumerate(names):
            if not _METHOD.fullmatch(name):
                yield (*keys, field, position), f"'{name}' is no method name: write it without object and parentheses"
    for position, name in enumerate(row.ended_by):
        if name in row.release:
            yield (*keys, "ended-by", position), f"'{name}' is among release already"
    leaving = ("closes" in (row.with_, row.async_with, row.call_with)) or row.taken == "receiver"
    if not (row.release or row.release_to or row.release_functions or leaving or not row.obliges):
        yield keys, 'nothing gives it back: add release, release-to or release-functions, or with = "closes"'
    for field, names in (("release-plain", row.release_plain),):
        for position, name in enumerate(names):
            if name not in row.release:
                yield (*keys, field, position), f"'{name}' is not among release{_meant(name, row.release)}"
    if row.lazy and "closes" not in (row.with_, row.async_with, row.call_with):
        yield (*keys, "lazy"), 'lazy means that entering it takes it: with or async-with must be "closes"'
    for position, fact in enumerate(row.version):
        if not (fact.before or fact.since):
            yield (*keys, "version", position), "version needs 'before' or 'since'"


def _last(keys: KeyPath) -> str:
    """The key for a message: `resource` for an element of it."""
    return next((str(key) for key in reversed(keys) if isinstance(key, str)), "the file")


def _listed(options: Iterable[Any]) -> str:
    return ", ".join(f'"{option}"' for option in options if option != "")


def _meant(written: Any, known: Iterable[Any], always: bool = False) -> str:
    names = [str(name) for name in known if name != ""]
    near = difflib.get_close_matches(str(written), names, 1, 0.6)
    if near:
        return f"; did you mean '{near[0]}'?"
    return f"; known are {', '.join(sorted(names))}" if always else ""


def _described(value: Any) -> str:
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "an array"
    return repr(value) if len(repr(value)) <= 40 else f"a {type(value).__name__}"
