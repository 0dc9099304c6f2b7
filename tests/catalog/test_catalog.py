"""What the analysis asks the catalog."""

from __future__ import annotations

import pytest

from leaklint.catalog import Catalog, builtin_libraries, builtin_modules, load_catalog
from leaklint.catalog.schema import Resource


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


@pytest.mark.parametrize(
    ("name", "library", "kind"),
    [
        ("psycopg2.connect", "psycopg2", "connection"),
        ("psycopg2.pool.ThreadedConnectionPool", "psycopg2", "pool"),
        ("psycopg2.pool.ThreadedConnectionPool.getconn", "psycopg2", "pooled-connection"),
        ("psycopg.Connection.connect", "psycopg", "connection"),
        ("psycopg.connection.Connection.connect", "psycopg", "connection"),
        ("psycopg_pool.NullConnectionPool.getconn", "psycopg_pool", "pooled-connection"),
        ("sqlite3.dbapi2.connect", "sqlite3", "connection"),
        ("sqlalchemy.engine.create_engine", "sqlalchemy", "engine"),
        ("sqlalchemy.Engine.connect", "sqlalchemy", "pooled-connection"),
        ("sqlalchemy.orm.session.Session", "sqlalchemy", "session"),
        ("sqlalchemy.orm.sessionmaker.__call__", "sqlalchemy", "session"),
        ("sqlalchemy.ext.asyncio.async_sessionmaker.__call__", "sqlalchemy", "session"),
        ("sqlmodel.Session", "sqlalchemy", "session"),
        ("asyncpg.pool.Pool.acquire", "asyncpg", "pooled-connection"),
        ("pymysql.Connection", "pymysql", "connection"),
        ("mysql.connector.Connect", "mysql.connector", "connection"),
        ("mysql.connector.pooling.MySQLConnectionPool.get_connection", "mysql.connector", "pooled-connection"),
        ("aiosqlite.core.connect", "aiosqlite", "connection"),
        ("redis.BlockingConnectionPool.get_connection", "redis", "pooled-connection"),
        ("duckdb.DuckDBPyConnection.cursor", "duckdb", "connection"),
        ("airflow.providers.common.sql.hooks.sql.DbApiHook.get_conn", "airflow", "connection"),
        ("airflow.providers.oracle.hooks.oracle.OracleHook.get_conn", "airflow", "connection"),
    ],
)
def test_an_acquiring_call_is_known_by_every_name(catalog: Catalog, name: str, library: str, kind: str) -> None:
    found = catalog.acquisition(name)
    assert found is not None
    assert (found.library, found.resource.kind) == (library, kind)


@pytest.mark.parametrize(
    "name",
    [
        "psycopg2.connect.cursor",
        "psycopg2.pool.SimpleConnectionPool.putconn",
        "paho.mqtt.client.Client.connect",
        "asyncio.Lock.acquire",
        "threading.Lock.acquire",
        "multiprocessing.Lock.acquire",
        "socket.socket.connect",
        "blinker.Signal.connect",
        "django.db.models.signals.post_save.connect",
        "django.core.mail.get_connection",
        "PyQt5.QtCore.pyqtSignal.connect",
        "pymilvus.connections.connect",
        "airflow.hooks.base.BaseHook.get_connection",
        "airflow.providers.postgres.hooks.postgres.PostgresHook.get_connection",
        "mysql.connector.pooling.MySQLConnectionPool",
        "sqlalchemy.orm.sessionmaker",
        "re.match",
        "connect",
        "",
        ".",
    ],
)
def test_what_only_looks_like_an_acquisition_is_none(catalog: Catalog, name: str) -> None:
    assert catalog.acquisition(name) is None


@pytest.mark.parametrize(
    ("method", "receiver", "libraries"),
    [
        ("getconn", "anything", {"psycopg2", "psycopg_pool"}),
        ("acquire", "pool", {"asyncpg", "aiomysql", "asyncmy", "aiopg", "aioodbc", "oracledb"}),
        ("acquire", "lock", set()),
        ("acquire", "semaphore", set()),
        ("connect", "engine", {"sqlalchemy"}),
        ("connect", "self._engine", {"sqlalchemy"}),
        ("connect", "client", set()),
        ("connect", "post_save", set()),
        ("connect", "sock", set()),
        ("get_connection", "cnxpool", {"mysql.connector", "mariadb", "redis"}),
        ("get_connection", "BaseHook", set()),
        ("get_connection", "mail", set()),
        ("raw_connection", "db", set()),
        ("Session", "models", set()),
        ("session", "driver", set()),
        ("begin", "engine", set()),
    ],
)
def test_shapes_are_narrow(catalog: Catalog, method: str, receiver: str, libraries: set[str]) -> None:
    assert {shape.library for shape in catalog.shapes(method, receiver)} == libraries


def test_the_type_of_a_result(catalog: Catalog) -> None:
    assert catalog.returned_type("psycopg2.connect") == "psycopg2.extensions.connection"
    assert catalog.returned_type("sqlalchemy.create_engine") == "sqlalchemy.engine.Engine"
    assert catalog.returned_type("sqlalchemy.orm.sessionmaker") == "sqlalchemy.orm.sessionmaker"
    assert catalog.returned_type("psycopg2.pool.ThreadedConnectionPool") == "psycopg2.pool.AbstractConnectionPool"
    assert catalog.returned_type("sqlalchemy.text") is None
    assert catalog.returned_type("asyncio.open_connection") is None


def test_the_type_of_a_value(catalog: Catalog) -> None:
    assert catalog.value_type("flask_sqlalchemy.extension.SQLAlchemy.engine") == "sqlalchemy.engine.Engine"
    assert catalog.value_type("redis.StrictRedis.connection_pool") == "redis.ConnectionPool"
    assert catalog.value_type("redis.Redis.other") is None


def test_a_connection_class_means_a_plain_connection(catalog: Catalog) -> None:
    found = catalog.resource_of_type("psycopg2.extras.RealDictConnection")
    assert found is not None
    assert found.resource.kind == "connection"
    assert catalog.resource_of_type("builtins.str") is None


def test_what_is_held_is_no_result() -> None:
    row = Resource(
        name="lock", kind="lock", acquire=("threading.Lock.acquire",), taken="receiver", release=("release",)
    )
    catalog = load_catalog(project_resources=[row])
    assert catalog.acquisition("threading.Lock.acquire") is None
    found = catalog.holding("threading.Lock.acquire")
    assert found is not None
    assert found.resource == row
    assert catalog.holding("asyncio.Lock.acquire") is None


def test_methods_are_named_by_the_class_that_has_them(catalog: Catalog) -> None:
    assert (
        catalog.method_of("psycopg2.pool.SimpleConnectionPool", "getconn")
        == "psycopg2.pool.AbstractConnectionPool.getconn"
    )
    assert catalog.method_of("sqlalchemy.Engine", "connect") == "sqlalchemy.engine.Engine.connect"
    assert catalog.method_of("unknown.Class", "method") == "unknown.Class.method"


@pytest.mark.parametrize(
    ("exception", "base", "answer"),
    [
        ("psycopg2.OperationalError", "psycopg2.Error", True),
        ("psycopg2.OperationalError", "Exception", True),
        ("psycopg2.OperationalError", "BaseException", True),
        ("psycopg2.OperationalError", "psycopg2.IntegrityError", False),
        ("psycopg2.OperationalError", "ValueError", False),
        ("psycopg2.OperationalError", "KeyboardInterrupt", False),
        ("psycopg2.pool.PoolError", "psycopg2.Error", True),
        ("psycopg_pool.PoolTimeout", "psycopg.Error", True),
        ("pymysql.err.OperationalError", "pymysql.MySQLError", True),
        ("sqlalchemy.exc.IntegrityError", "sqlalchemy.exc.SQLAlchemyError", True),
        ("asyncpg.exceptions.UniqueViolationError", "asyncpg.PostgresError", True),
        ("KeyError", "LookupError", True),
        ("builtins.IOError", "OSError", True),
        ("asyncio.CancelledError", "Exception", False),
        ("asyncio.TimeoutError", "TimeoutError", True),
        ("KeyboardInterrupt", "Exception", False),
        ("somewhere.Unknown", "Exception", None),
        ("somewhere.Unknown", "somewhere.Unknown", True),
    ],
)
def test_which_exceptions_derive_from_which(catalog: Catalog, exception: str, base: str, answer: bool | None) -> None:
    assert catalog.is_subclass(exception, base) is answer


def test_what_does_not_fail(catalog: Catalog) -> None:
    assert catalog.cannot_raise("logging.info")
    assert catalog.cannot_raise("logging.Logger.warning")
    assert catalog.cannot_raise("builtins.len")
    assert catalog.cannot_raise("app.helpers.log")
    assert not catalog.cannot_raise("builtins.int")
    assert not catalog.cannot_raise("builtins.open")
    assert not catalog.cannot_raise("psycopg2.connect")
    assert catalog.method_cannot_raise("info", "_logger")
    assert catalog.method_cannot_raise("strip", "anything")
    assert not catalog.method_cannot_raise("info", "connection")
    assert not catalog.method_cannot_raise("get", "requests")
    assert not catalog.method_cannot_raise("execute", "cursor")


def test_borrowers_and_wrappers(catalog: Catalog) -> None:
    assert catalog.borrows("pandas.read_sql")
    assert catalog.borrows("pandas.DataFrame.to_sql")
    assert catalog.borrows("psycopg2.extras.execute_values")
    assert catalog.borrows("sqlalchemy.inspect")
    assert not catalog.borrows("app.Repository")
    wrapper = catalog.wrapper("contextlib.closing")
    assert wrapper is not None
    assert (wrapper.does, wrapper.method) == ("closes-on-exit", "close")
    cleanup = catalog.wrapper("unittest.IsolatedAsyncioTestCase.addCleanup")
    assert cleanup is not None
    assert cleanup.does == "registers"
    assert catalog.wrapper("app.closing") is None


def test_words_for_the_prefilter(catalog: Catalog) -> None:
    assert {"psycopg2", "sqlalchemy", "sqlmodel", "asyncpg", "mysql"} <= catalog.modules
    assert {"pandas", "logging"}.isdisjoint(catalog.modules)
    assert catalog.words_of_modules["django"] == {"create_connection"}, "words that few of its files have"
    assert "getconn" in catalog.words_of_modules["psycopg2"]
    assert "getconn" not in catalog.words_of_modules["sqlite3"]
    assert "Connect" in catalog.words_of_modules["pymysql"]
    assert {"Session", "create_engine", "connect"} <= catalog.words_of_modules["sqlmodel"]
    assert "connect" in catalog.words_of_modules["flask_sqlalchemy"]
    assert {"Table", "MetaData", "session", "exceptions"}.isdisjoint(catalog.words_of_modules["sqlalchemy"])
    assert catalog.modules <= builtin_modules()
    assert {"connect", "getconn", "create_engine", "sessionmaker", "acquire"} <= catalog.acquire_words
    assert catalog.free_words == {"getconn", "acquire", "get_connection"}
    assert {"close", "putconn", "release", "dispose"} <= catalog.release_words
    assert "requests" not in catalog.modules


def test_only_what_is_imported_is_loaded() -> None:
    names = {library.name for library in load_catalog(modules=["psycopg2.extras", "app"]).libraries}
    assert "psycopg2" in names
    assert "python" in names
    assert "sqlite3" not in names


def test_libraries_that_are_off_by_default() -> None:
    assert load_catalog().acquisition("requests.Session") is None
    assert load_catalog(extra=["requests"]).acquisition("requests.Session") is not None


def test_a_project_row_comes_before_a_built_in_one() -> None:
    row = Resource(name="door", kind="other", acquire=("psycopg2.connect", "app.door"), release=("shut",))
    found = load_catalog(project_resources=[row]).acquisition("psycopg2.connect")
    assert found is not None
    assert found.library == "project"
    assert "door" in load_catalog(project_resources=[row]).free_words


@pytest.mark.parametrize(
    ("versions", "leaving"),
    [
        ({}, "closes"),
        ({"pymysql": "0.9.3"}, "transaction"),
        ({"pymysql": "0.10.1"}, "error"),
        ({"pymysql": "1.0.0"}, "closes"),
        ({"pymysql": "1.1"}, "closes"),
        ({"other": "0.1"}, "closes"),
        ({"pymysql": "nonsense"}, "closes"),
    ],
)
def test_facts_follow_the_projects_version(versions: dict[str, str], leaving: str) -> None:
    found = load_catalog(versions=versions).acquisition("pymysql.connect")
    assert found is not None
    assert found.resource.with_ == leaving


def test_names_lead_nowhere_in_circles(catalog: Catalog) -> None:
    from leaklint.catalog.schema import Library

    circle = Catalog([Library(name="x", aliases={"a": "b", "b": "a"}, subclasses={"c": "d", "d": "c"})])
    assert circle.canonical("a.x") in ("a.x", "b.x")
    assert circle.acquisition("c.method") is None
    assert circle.is_subclass("a", "Exception") is None


def test_every_library_says_where_its_facts_come_from() -> None:
    for library in builtin_libraries():
        for resource in library.resource:
            evidence = resource.evidence
            assert evidence.versions or evidence.detail, f"{library.name}: {resource.acquire}"


def test_a_project_takes_a_call_out_of_force() -> None:
    free = Resource(name="connection", kind="connection", acquire=("psycopg2.connect",), obliges=False)
    catalog = load_catalog(project_resources=[free])
    assert catalog.acquisition("psycopg2.connect") is None
    assert catalog.acquisition("psycopg2.pool.SimpleConnectionPool") is not None
