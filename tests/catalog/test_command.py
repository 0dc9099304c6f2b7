"""`leaklint catalog`."""

from __future__ import annotations

import json

import pytest

from leaklint.catalog import builtin_libraries
from leaklint.catalog.describe import describe
from leaklint.cli.catalog_command import catalog_json, print_catalog
from leaklint.model import LeaklintError


def test_the_list_has_a_line_for_each_library() -> None:
    text = print_catalog(None)
    lines = {line.split()[0]: line for line in text.splitlines() if line}
    for library in builtin_libraries():
        if library.resource:
            assert library.name in lines
    assert "ran" in lines["psycopg2"]
    assert "read" in lines["pymssql"]
    assert "off by default" in lines["requests"]
    ran = sum(row.evidence.how == "ran" for library in builtin_libraries() for row in library.resource)
    assert f"{ran} proven by tests that run the library" in text


@pytest.mark.parametrize("name", ["psycopg2", "PSYCOPG2", "psycopg2-binary", "psycopg2_binary"])
def test_one_library_by_any_of_its_names(name: str) -> None:
    text = print_catalog(name)
    assert text.startswith("psycopg2\n")
    assert "psycopg2.pool.AbstractConnectionPool.getconn()" in text
    assert ".putconn(it) on what it was taken from" in text
    assert "ends the transaction only; it stays open" in text
    assert "the pool never gets its slot back" in text
    assert "proven by tests that run it: 2.9.9, 2.9.13" in text


def test_versions_and_ways_to_enter() -> None:
    assert "before 0.10: with ends the transaction only" in print_catalog("pymysql", 200)
    assert "async with call()" in print_catalog("asyncpg")
    text = print_catalog("psycopg-pool", 200)
    assert "`with psycopg_pool.ConnectionPool.connection()`; the call alone takes nothing" in text
    assert "`async with psycopg_pool.AsyncConnectionPool.connection()`; the call alone takes nothing" in text


def test_what_is_not_the_plain_result_of_a_call() -> None:
    assert "peewee.Database.connect(), of the object that it is called on" in print_catalog("peewee", 200)
    assert "asyncio.open_connection(), which gives a tuple: its members 1" in print_catalog("network", 200)
    assert ".remove() of what it was taken from" in print_catalog("sqlalchemy", 200)


def test_a_library_without_resources_says_what_it_is() -> None:
    assert "sqlmodel.Session is sqlalchemy.orm.Session" in print_catalog("sqlmodel", 200)
    assert "pandas.read_sql" in print_catalog("pandas")
    assert "fastapi.Depends" in print_catalog("frameworks", 200)


def test_an_unknown_library_names_the_nearest() -> None:
    with pytest.raises(LeaklintError, match="did you mean 'psycopg_pool'"):
        print_catalog("psycopg-pol")
    with pytest.raises(LeaklintError, match="lists what there is"):
        print_catalog("qqqqqqq")


@pytest.mark.parametrize("library", builtin_libraries(), ids=lambda library: library.name)
def test_every_library_fits_the_width(library: object) -> None:
    from leaklint.catalog.schema import Library

    assert isinstance(library, Library)
    for line in describe(library, 100).splitlines():
        assert len(line) <= 100 or " " not in line.strip(), line


def test_json_is_the_schemas_own_words() -> None:
    (library,) = json.loads(catalog_json("psycopg2"))
    assert library["name"] == "psycopg2"
    assert library["resource"][0]["acquire"][0] == "psycopg2.connect"
    assert len(json.loads(catalog_json(None))) == len(builtin_libraries())
