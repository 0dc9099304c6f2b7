"""The names that the catalog states, compared with the installed libraries."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from leaklint.catalog import builtin_libraries
from tests.live.bench import resolve
from tests.live.benches import all_benches
from tests.live.conftest import missing
from tests.live.servers import Missing, need

# One process imports all libraries, not each of them.
pytestmark = [pytest.mark.live, pytest.mark.xdist_group("live"), pytest.mark.filterwarnings("ignore")]

TRIED = {call.partition(".")[0] for call in all_benches()} | {"sqlmodel"}
"""What is installed for these tests; sqlmodel has no calls of its own, only names for those of SQLAlchemy."""
LIBRARIES = [library for library in builtin_libraries() if TRIED & {name.split(".")[0] for name in library.modules}]

ALIKE = {
    "asyncpg.pool.PoolConnectionProxy": "passes every call on to a connection",
    "playhouse.pool.PooledDatabase": "is mixed into classes of databases",
    "dbutils.pooled_db.PooledDB.dedicated_connection": "calls connection()",
    "pg8000.dbapi.connect": "calls the class",
    "requests.session": "calls the class",
    "sqlmodel.select": "calls it with types of its own",
    "pg8000.connect": "calls the class that legacy.connect() calls",
}
"""Names that behave as the other one for all that the catalog says, and are not it."""


SUBCLASSES = [pair for library in LIBRARIES for pair in library.subclasses.items() if pair[0] not in ALIKE]
ERRORS = [pair for library in LIBRARIES for pair in library.hierarchy.items()]
ALIASES = [pair for library in LIBRARIES for pair in library.aliases.items() if pair[0] not in ALIKE]


def found(name: str) -> Any:
    """What a name of the catalog means here; skips where this version of the library has no such name."""
    package = name.partition(".")[0]
    try:
        need(package)
    except Missing as error:
        if package not in TRIED:
            pytest.skip(f"not installed: {error}")
        missing(error)
    try:
        return resolve(name)
    except (ImportError, AttributeError) as error:
        pytest.skip(f"not in the installed version: {error}")


@pytest.mark.parametrize(("name", "base"), SUBCLASSES, ids=[name for name, _ in SUBCLASSES])
def test_a_subclass_is_one(name: str, base: str) -> None:
    assert issubclass(found(name), found(base))


@pytest.mark.parametrize(("name", "base"), ERRORS, ids=[name for name, _ in ERRORS])
def test_an_exception_has_that_base(name: str, base: str) -> None:
    assert issubclass(found(name), found(base))
    assert issubclass(found(name), BaseException)


@pytest.mark.parametrize(("name", "target"), ALIASES, ids=[name for name, _ in ALIASES])
def test_an_alias_means_the_same(name: str, target: str) -> None:
    """The same object, a module with the same names in it, or a class that stands in for the other one."""
    one, other = found(name), found(target)
    if one is other or one == other:
        return
    if inspect.ismodule(one):
        shared = [key for key in vars(one) if not key.startswith("_") and key in vars(other)]
        assert shared, f"{name} and {target} share no name"
        return
    assert inspect.isclass(one), f"{name} is not {target}"
    assert inspect.isclass(other), f"{name} is not {target}"
    assert issubclass(one, other) or issubclass(other, one) or set(dir(other)) & set(dir(one)), f"{name}: {target}"
