"""Django's connections, with psycopg2 under them."""

from __future__ import annotations

import os
from typing import Any

from tests.live.bench import Arguments, Bench, account, resolve
from tests.live.servers import Server


def _databases(server: Server, owner: Any) -> Arguments:
    settings = resolve("django.conf.settings")
    if not settings.configured:
        settings.configure()
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # the tests run in an event loop, and use no other thread
    where = {key.upper(): value for key, value in account(server, "name").items()}
    return Arguments({"default": {"ENGINE": "django.db.backends.postgresql", **where}})


def _default(server: Server, owner: Any) -> Arguments:
    return Arguments("default")


def _query(connection: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select 1")


def _execute(cursor: Any) -> None:
    cursor.execute("select 1")


_HANDLER = "django.db.ConnectionHandler"
_CREATE = f"{_HANDLER}.create_connection"
_WRAPPER = "django.db.backends.base.base.BaseDatabaseWrapper"
_UNSEEN = dict.fromkeys(
    ("release:close", "release-awaited:close", "double-release:close", "use-after-release:close", "with", "dropped"),
    "the connection stays open, and what remains of a cursor cannot be seen from outside",
)

BENCHES = [
    Bench(_HANDLER, "postgresql", _databases, touch=None, needs=("psycopg2",)),
    Bench(_CREATE, "postgresql", _default, owner=_HANDLER, touch=_query, needs=("psycopg2",)),
    Bench(f"{_WRAPPER}.cursor", "postgresql", owner=_CREATE, touch=_execute, needs=("psycopg2",), cannot=_UNSEEN),
]
