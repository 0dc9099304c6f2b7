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


@pytest.mark.live
def test_sessions_are_listed_by_state_and_none_is_ended(server: Server, tmp_path: Path) -> None:
    import psycopg

    with psycopg.connect(server.admin, autocommit=True) as admin:
        admin.execute('CREATE ROLE "odd\x1b[31m" LOGIN')
    odd = server.service.replace("//shop@", "//odd%1B%5B31m@")
    with (
        psycopg.connect(odd, application_name="odd one", autocommit=True) as idle,
        psycopg.connect(server.service, application_name="shop web") as waiting,
    ):
        idle.execute("SELECT 1")
        waiting.execute("SELECT 1")
        said = CliRunner().invoke(command, [str(tmp_path), "--dsn", server.admin]).stdout
        assert idle.execute("SELECT 2").fetchone() == (2,)
        assert waiting.execute("SELECT 2").fetchone() == (2,)
    lines = [" ".join(line.split()) for line in said.splitlines()]
    assert "1 idle odd one" in lines
    assert "1 idle in transaction shop web" in lines
    ends = [line for line in lines if line.startswith("SELECT pg_terminate_backend(")]
    assert [line.partition(" -- ")[2].partition(" for ")[0] for line in ends].count("idle in transaction") == 1
    assert any(line.endswith("odd one, user odd\\x1b[31m") for line in ends)
    assert "\x1b" not in said


@pytest.mark.live
def test_a_full_server_is_one_line_that_says_who_still_gets_in(
    server: Server, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    import contextlib

    import psycopg

    with contextlib.ExitStack() as held:
        with contextlib.suppress(psycopg.OperationalError):
            for _ in range(MAX_CONNECTIONS + 1):
                held.enter_context(psycopg.connect(server.service))
        assert main(["capacity", str(tmp_path), "--dsn", server.service]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "too many clients already; the reserved connections are open to a superuser's DSN" in error


def test_no_server_is_one_line_and_status_2(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    status = main(["capacity", str(tmp_path), "--dsn", "host=127.0.0.1 port=1 dbname=x"])
    error = capsys.readouterr().err
    assert status == 2
    assert error.count("\n") == 1
    assert "no answer from the server" in error
