"""From the catalog's files to a `Catalog`.

Parsing some seventy TOML files at each start would cost more than the analysis of a small project, so the package
carries `compiled.msgpack`, which `python -m leaklint.catalog.build` writes from them; a test holds the two together.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable, Mapping

import msgspec

from leaklint.catalog.index import Catalog
from leaklint.catalog.schema import Library, Resource, VersionFact

DATA = os.path.join(os.path.dirname(__file__), "data")
COMPILED = os.path.join(os.path.dirname(__file__), "compiled.msgpack")
PROJECT = "project"
"""The library name of resources that the project declares itself."""


class Packed(msgspec.Struct, frozen=True, array_like=True):
    """One library as the compiled catalog holds it: what tells whether it is needed, and the rest undecoded."""

    name: str
    modules: tuple[str, ...]
    default: bool
    body: msgspec.Raw


_decode_all = msgspec.msgpack.Decoder(tuple[Packed, ...]).decode
_decode_library = msgspec.msgpack.Decoder(Library).decode


@functools.cache
def _packed() -> tuple[Packed, ...]:
    with open(COMPILED, "rb") as file:
        return _decode_all(file.read())


@functools.cache
def _library(position: int) -> Library:
    return _decode_library(_packed()[position].body)


def builtin_libraries() -> tuple[Library, ...]:
    """All libraries of the built-in catalog, those that are off by default included, in order of their names."""
    return tuple(_library(position) for position in range(len(_packed())))


def load_catalog(
    *,
    project_resources: Iterable[Resource] = (),
    versions: Mapping[str, str] | None = None,
    modules: Iterable[str] | None = None,
    extra: Iterable[str] = (),
) -> Catalog:
    """The catalog in force.

    project_resources   rows that the project declares; they come before the built-in ones.
    versions            distribution -> version of the analysed project (see `leaklint.catalog.versions`); facts of
                        older versions replace those of the newest.
    modules             import names (dotted) that the analysed files use: libraries that none of them can mean are
                        left out. None: all.
    extra               names of libraries that are off by default and wanted all the same.
    """
    wanted = None if modules is None else frozenset(name.partition(".")[0] for name in modules)
    chosen = frozenset(extra)
    libraries: list[Library] = []
    own = tuple(project_resources)
    if own:
        libraries.append(Library(name=PROJECT, resource=own))
    for position, packed in enumerate(_packed()):
        if not packed.default and packed.name not in chosen:
            continue
        if wanted is not None and packed.modules and not any(m.partition(".")[0] in wanted for m in packed.modules):
            continue
        library = _library(position)
        libraries.append(for_versions(library, versions or {}))
    return Catalog(libraries)


def builtin_modules() -> frozenset[str]:
    """The import names of every library that is on by default: what the byte prefilter looks for."""
    return frozenset(module for packed in _packed() if packed.default for module in packed.modules)


@functools.cache
def versioned_distributions() -> frozenset[str]:
    """The distributions, and names of libraries, whose version makes a difference to some row."""
    found: set[str] = set()
    for library in builtin_libraries():
        if any(row.version or row.since or row.before for row in library.resource):
            found.update(library.distributions or (library.name,))
    return frozenset(found)


def for_versions(library: Library, versions: Mapping[str, str]) -> Library:
    """The library as it was in the project's version of it; itself where the project does not say."""
    version = next((versions[name] for name in library.distributions if name in versions), None)
    if version is None and library.name in versions:
        version = versions[library.name]
    if not any(row.before or (version and (row.version or row.since)) for row in library.resource):
        return library
    numbers = release_numbers(version or "")
    rows = (row for row in library.resource if _is_there(row, numbers))
    return msgspec.structs.replace(library, resource=tuple(_at(row, numbers) for row in rows))


def _is_there(row: Resource, numbers: tuple[int, ...]) -> bool:
    """Whether the row holds in that version, () being the newest: its calls may have come later, or be gone."""
    if not numbers:
        return not row.before
    return not (row.before and numbers >= release_numbers(row.before)) and numbers >= release_numbers(row.since)


def _at(row: Resource, numbers: tuple[int, ...]) -> Resource:
    if not numbers:
        return row
    changes: dict[str, object] = {}
    for fact in row.version:
        if fact.before and not numbers < release_numbers(fact.before):
            continue
        if fact.since and numbers < release_numbers(fact.since):
            continue
        changes.update(_overrides(fact))
    return msgspec.structs.replace(row, **changes) if changes else row


def _overrides(fact: VersionFact) -> dict[str, object]:
    names = ("with_", "async_with", "call_with", "lazy", "dropped", "double_release", "release")
    return {name: value for name in names if (value := getattr(fact, name)) is not None}


def release_numbers(version: str) -> tuple[int, ...]:
    """The leading numbers of a version, without trailing zeros: "2.0.0rc1" gives (2,)."""
    numbers: list[int] = []
    for part in version.split("."):
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        if not digits or len(digits) > 9:
            break
        numbers.append(int(digits))
        if digits != part:
            break
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)
