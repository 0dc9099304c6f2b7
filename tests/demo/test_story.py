"""The story holds on a real PostgreSQL: what leaks is felt, is reported, is repaired, and is felt no more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.server import MAX_CONNECTIONS, Server
from tests.demo.running import running

pytestmark = pytest.mark.xdist_group("demo")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    yield from running("psycopg", "psycopg2", "asyncpg", "sqlalchemy")


@pytest.mark.live
def test_each_kind_alone_loses_connections_and_after_the_repair_none(server: Server, tmp_path: Path) -> None:
    from demo.story import kinds

    for kind in kinds(server, tmp_path):
        assert kind.name.startswith(kind.code.lower()), kind
        assert kind.before["lost"] >= 3, kind
        assert kind.left == (() if kind.by_hand is None else (kind.code,)), kind
        assert not kind.by_hand, kind
        assert (kind.after["lost"], kind.after["refused"], kind.after["served"]) == (0, 0, 100), kind


@pytest.mark.live
def test_the_service_fills_the_server_and_after_the_repair_refuses_nobody(server: Server, tmp_path: Path) -> None:
    from demo.story import service

    whole = service(server, tmp_path)
    assert whole.reported == ("LK102", "LK102", "LK103")
    assert whole.left == ()
    assert whole.before.statuses[503] > 20
    assert any("too many clients already" in text for text in whole.before.refusals)
    assert max(count for _, count in whole.before.samples) == MAX_CONNECTIONS - 1
    assert set(whole.after.statuses) == {200, 400}
    assert max(count for _, count in whole.after.samples) <= 12
