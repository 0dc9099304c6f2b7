"""pymongo, which runs threads or tasks of its own for each client, whether a server answers or not."""

from __future__ import annotations

import contextlib
from typing import Any

from tests.live.bench import Arguments, Bench
from tests.live.servers import HOST, Server, free_port


def _nobody(server: Server, owner: Any) -> Arguments:
    return Arguments(HOST, free_port(), serverSelectionTimeoutMS=50, connectTimeoutMS=50)


async def _connect(client: Any) -> None:
    with contextlib.suppress(Exception):  # nobody answers; what it started stays
        await client.aconnect()


_UNHEARD = {"use-after-release": "where no server answers, each use fails"}

BENCHES = [
    Bench("pymongo.MongoClient", "file", _nobody, touch=None, observe="threads"),
    Bench("pymongo.AsyncMongoClient", "file", _nobody, touch=_connect, observe="tasks", cannot=_UNHEARD),
]
