"""A project's own resources: what is accepted, and what an error says."""

from __future__ import annotations

from typing import Any

import pytest
import tomli
from hypothesis import given, settings
from hypothesis import strategies as st

from leaklint.catalog import resources_from_table
from leaklint.catalog.validation import CatalogError
from leaklint.config.positions import KeyPath, Position, nearest, positions

GOOD = """
[[resource]]
name = "worker"
kind = "pooled-connection"
acquire = ["app.Pool.take"]
release-to = ["give_back"]
by-name = [{ method = "take", receivers = ["*workers*"] }]
version = [{ before = "2.0", dropped = "leaked" }]
pool = { name = "size", default = 5 }
"""


def declared(text: str) -> tuple[Any, ...]:
    places = positions(text)

    def locate(keys: KeyPath) -> Position:
        return nearest(places, keys)

    return resources_from_table(tomli.loads(text).get("resource", []), locate, "pyproject.toml")


def errors(text: str) -> list[str]:
    with pytest.raises(CatalogError) as caught:
        declared(text)
    return str(caught.value).split("\n")


def test_a_declaration_becomes_a_row() -> None:
    (row,) = declared(GOOD)
    assert (row.name, row.kind, row.release_to, row.with_) == ("worker", "pooled-connection", ("give_back",), "error")
    assert row.by_name[0].receivers == ("*workers*",)
    assert row.version[0].dropped == "leaked"
    assert row.pool is not None
    assert row.pool.default == 5


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("acquire =", "aquire =", "5:1: unknown key 'aquire'; did you mean 'acquire'?"),
        ('"pooled-connection"', '"pooled"', "4:1: kind must be one of"),
        ('kind = "pooled-connection"', 'kind = ["x"]', "4:1: kind must be one of"),
        ('["app.Pool.take"]', '"app.Pool.take"', "5:1: acquire must be an array"),
        ('["app.Pool.take"]', "[]", "5:1: acquire names no call"),
        ('["app.Pool.take"]', "[3]", "5:12: acquire must be a string, not 3"),
        ('["app.Pool.take"]', '["app.Pool.take()"]', "5:12: 'app.Pool.take()' is no dotted name"),
        ('["give_back"]', '["pool.give_back"]', "6:15: 'pool.give_back' is no method name"),
        ('release-to = ["give_back"]', "", "2:3: nothing gives it back: add release"),
        ('name = "worker"\n', "", "lacks 'name': name = \"connection\""),
        ("receivers", "recievers", "7:31: unknown key 'recievers'; did you mean 'receivers'?"),
        ('dropped = "leaked"', 'dropped = "lost"', 'dropped must be one of "closed", "late", "leaked"'),
        ('before = "2.0", ', "", "version needs 'before' or 'since'"),
        ("default = 5", "default = true", "9:25: default must be a whole number"),
        ('name = "worker"', 'name = "worker"\nawaited = "yes"', "4:1: awaited must be true or false, not 'yes'"),
        ('name = "worker"', 'name = "worker"\nlazy = true', "lazy means that entering it takes it"),
        ('name = "worker"', 'name = "worker"\nrelease = ["close"]\nrelease-plain = ["stop"]', "'stop' is not among"),
    ],
)
def test_an_error_names_place_cause_and_mend(old: str, new: str, message: str) -> None:
    assert old in GOOD
    found = errors(GOOD.replace(old, new))
    assert any(message in line for line in found), found
    assert all(line.startswith("pyproject.toml:") for line in found)


def test_every_error_is_told_in_order() -> None:
    found = errors(GOOD.replace("acquire", "aquire").replace("release-to", "relase-to"))
    assert [line.split(":")[1] for line in found] == sorted(line.split(":")[1] for line in found)
    assert len(found) >= 3


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(["name", "kind", "acquire", "release", "with", "by-name", "pool", "version", "evidence", "x"])


@settings(max_examples=300)
@given(st.lists(st.dictionaries(KEYS, VALUES, max_size=6), max_size=2))
def test_any_table_is_a_row_or_an_error(tables: list[dict[str, Any]]) -> None:
    try:
        rows = resources_from_table(tables, lambda keys: (1, 1), "x.toml")
    except CatalogError:
        return
    assert len(rows) == len(tables)


def test_what_is_no_table_is_an_error() -> None:
    tables: Any = [3]
    with pytest.raises(CatalogError, match="must be a table"):
        resources_from_table(tables, lambda keys: (1, 1))
