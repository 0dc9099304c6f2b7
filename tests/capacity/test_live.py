"""`leaklint capacity --dsn` against a real PostgreSQL, and without one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from demo.server import MAX_CONNECTIONS, Server
from leaklint.cli import main
from leaklint.cli.capacity_command import command
from tests.demo.running import running


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    yield from running("psycopg")


@pytest.mark.live
def test_the_limit_and_the_sessions_come_from_the_server(server: Server, tmp_path: Path) -> None:
    import psycopg

    (tmp_path / "app.py").write_text("from psycopg_pool import ConnectionPool\np = ConnectionPool('', max_size=6)\n")
    with psycopg.connect(server.service, application_name="shop web") as one:
        one.execute("SELECT 1")
        arguments = [str(tmp_path), "--dsn", server.admin, "--app-servers", "4"]
        found = json.loads(CliRunner().invoke(command, [*arguments, "--output-format", "json"]).stdout)
        said = CliRunner().invoke(command, arguments).stdout
        assert one.execute("SELECT 2").fetchone() == (2,)
    assert (found["limit"]["value"], found["reserved"]["value"]) == (MAX_CONNECTIONS, 0)
    assert (found["total"], found["fits"]) == (24, False)
    assert {"application": "shop web", "state": "idle in transaction", "sessions": 1} in found["live"]["by_application"]
    pid = next(one["pid"] for one in found["live"]["sessions"] if one["application"] == "shop web")
    assert f"SELECT pg_terminate_backend({pid});" in said


def test_no_server_is_one_line_and_status_2(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    status = main(["capacity", str(tmp_path), "--dsn", "host=127.0.0.1 port=1 dbname=x"])
    error = capsys.readouterr().err
    assert status == 2
    assert error.count("\n") == 1
    assert "no answer from the server" in error
