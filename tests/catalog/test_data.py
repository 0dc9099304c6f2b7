"""The catalog's own files: valid, consistent with each other, and compiled."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from leaklint.catalog import Catalog, builtin_libraries, load_catalog
from leaklint.catalog.build import compiled, library_from_text, read_libraries
from leaklint.catalog.loader import COMPILED, DATA, for_versions
from leaklint.catalog.schema import Library, Resource

LIBRARIES = builtin_libraries()
ROWS = [(library, row) for library in LIBRARIES for row in library.resource]


@pytest.fixture(scope="module")
def everything() -> Catalog:
    return load_catalog(extra=[library.name for library in LIBRARIES])


def test_the_compiled_catalog_is_that_of_the_files() -> None:
    assert Path(COMPILED).read_bytes() == compiled(read_libraries()), "run: python -m leaklint.catalog.build"


@pytest.mark.parametrize("name", sorted(name for name in os.listdir(DATA) if name.endswith(".toml")))
def test_a_file_is_valid(name: str) -> None:
    path = os.path.join(DATA, name)
    assert library_from_text(Path(path).read_text(encoding="utf-8"), path).name


@pytest.mark.parametrize(("library", "row"), ROWS, ids=lambda value: getattr(value, "name", ""))
def test_a_row_is_found_by_each_of_its_calls(everything: Catalog, library: Library, row: Resource) -> None:
    if row.before:
        everything = Catalog([for_versions(library, {library.distributions[0]: "0.0.1"})])
    for call in row.acquire:
        if not row.obliges:
            assert everything.acquisition(call) is None, "nobody has to give it back"
            assert everything.returned_type(call) == row.type
            continue
        found = everything.holding(call) if row.taken == "receiver" else everything.acquisition(call)
        assert found is not None, call
        assert found == type(found)(library.name, row), f"{call} means another row"


@pytest.mark.parametrize(("library", "row"), ROWS, ids=lambda value: getattr(value, "name", ""))
def test_a_row_belongs_to_what_its_library_is_imported_as(library: Library, row: Resource) -> None:
    catalog = Catalog([library])
    for call in row.acquire:
        assert any(call.startswith(f"{module}.") for module in map(catalog.canonical, library.modules)), call


@pytest.mark.parametrize(("library", "row"), ROWS, ids=lambda value: getattr(value, "name", ""))
def test_fields_of_a_row_agree(library: Library, row: Resource) -> None:
    if row.release_awaited != "no":
        assert row.release or row.release_to
    if row.kind == "pooled-connection" and row.dropped == "slot-lost":
        assert row.release or row.release_to
    for misuse in row.wrong_release:
        assert misuse.method not in row.release, f"{misuse.method} cannot be both a release and a wrong one"
    if row.pool is not None:
        assert row.kind in ("pool", "engine", "client")
    assert len(set(row.acquire)) == len(row.acquire)
    assert not set(row.derives) & set(row.returns_self)


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library.name)
def test_names_of_a_library_are_consistent(everything: Catalog, library: Library) -> None:
    for name, target in library.aliases.items():
        assert name != target
        assert everything.canonical(target) == target, f"{target} is an alias itself"
    for exception in (*library.errors, *library.hierarchy):
        assert everything.is_subclass(exception, "BaseException"), f"{exception} has no chain to Exception"
    for row in library.resource:
        for call in row.acquire:
            assert everything.canonical(call) == call, f"{call} is an alias"
        assert row.type == everything.canonical(row.type)


def test_a_library_is_named_once() -> None:
    names = [library.name for library in LIBRARIES]
    assert len(set(names)) == len(names)


def test_the_compiled_form_keeps_every_field() -> None:
    for library in LIBRARIES:
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(library), type=Library) == library


def test_no_field_that_is_unproven_is_missing() -> None:
    fields = {field.encode_name for field in msgspec.structs.fields(Resource)}
    for library, row in ROWS:
        for name in row.evidence.unproven:
            known = name in fields or name in (*row.acquire, *row.release, *row.unless, *row.returns_self)
            known = known or any(call.endswith(f".{name}") for call in row.acquire)
            assert known, f"{library.name}: {name}"


def test_no_word_of_plain_containers_and_queues_is_a_release_everywhere() -> None:
    """A release counts by its name alone where nothing is known of the object: `self.queue.put(conn)`."""
    common = {"add", "append", "clear", "discard", "get", "insert", "pop", "put", "send", "set", "update", "write"}
    assert not common & load_catalog().release_words
