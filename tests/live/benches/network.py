"""Sockets and HTTP of the standard library."""

from __future__ import annotations

import socket
from typing import Any

from tests.live.bench import Arguments, Bench
from tests.live.servers import HOST, Server


def _pair(server: Server, owner: Any) -> Arguments:
    return Arguments((HOST, server.port))


def _two(server: Server, owner: Any) -> Arguments:
    return Arguments(HOST, server.port)


def _big(server: Server, owner: Any) -> Arguments:
    return Arguments(f"http://{HOST}:{server.port}/big")


def _send(connection: socket.socket) -> None:
    connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    connection.recv(4096)


def _request(connection: Any) -> None:
    connection.request("GET", "/")
    connection.getresponse().read()


BENCHES = [
    Bench(
        "socket.create_connection",
        "http",
        _pair,
        touch=_send,
        cannot={"release:detach": "hands the descriptor on", "wrong-release:shutdown": "wants an argument"},
    ),
    Bench("http.client.HTTPConnection", "http", _two, touch=_request),
    Bench("urllib.request.urlopen", "http", _big, touch=None),
    Bench("asyncio.open_connection", "http", _two, touch=None),
]
