"""HTTP clients: requests, httpx, aiohttp, urllib3; and pymemcache."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from tests.live.bench import Arguments, Bench, resolve
from tests.live.servers import HOST, Server


def _client(call: str, touch: Any, named: Callable[[], dict[str, Any]] = dict, **more: Any) -> Bench:
    """A client does not know the server until it is used, so how it is used knows it. named: its own arguments."""
    where: list[str] = []

    def arguments(server: Server, owner: Any) -> Arguments:
        where[:] = [f"http://{HOST}:{server.port}/"]
        return Arguments(**named())

    return Bench(call, "http", arguments, touch=lambda thing: touch(thing, where[0]), **more)


def _get(client: Any, url: str) -> None:
    client.get(url)


def _list_buckets(client: Any) -> None:
    with contextlib.suppress(Exception):  # the server does not speak its language
        client.list_buckets()


async def _get_async(client: Any, url: str) -> None:
    await client.get(url)


def _request(manager: Any, url: str) -> None:
    manager.request("GET", url)


async def _read(session: Any, url: str) -> None:
    async with session.get(url) as response:
        await response.read()


async def _connect(connector: Any, url: str) -> None:
    async with resolve("aiohttp.ClientSession")(connector=connector, connector_owner=False) as session:
        await _read(session, url)


def _one() -> dict[str, Any]:
    return {"limits": resolve("httpx.Limits")(max_connections=1), "timeout": resolve("httpx.Timeout")(10, pool=0.5)}


def _big(server: Server, owner: Any) -> Arguments:
    return Arguments(f"http://{HOST}:{server.port}/big", stream=True)


def _plain_big(server: Server, owner: Any) -> Arguments:
    return Arguments(f"http://{HOST}:{server.port}/big")


def _streamed(server: Server, owner: Any) -> Arguments:
    return Arguments("GET", f"http://{HOST}:{server.port}/big")


def _sent(server: Server, owner: Any) -> Arguments:
    return Arguments(owner.build_request("GET", f"http://{HOST}:{server.port}/big"), stream=True)


def _cache(server: Server, owner: Any) -> Arguments:
    return Arguments((HOST, server.port))


def _cloud(server: Server, owner: Any) -> Arguments:
    keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x", "region_name": "us-east-1"}
    return Arguments("s3", endpoint_url=f"http://{HOST}:{server.port}", **keys)


def _look_up(client: Any) -> None:
    client.get("key")


_KEPT = dict.fromkeys(
    ("ended-by:read", "ended-by:text", "ended-by:json"), "its connection goes back to the session, which keeps it open"
)
_ONCE = "it can be entered only before it is used"

BENCHES = [
    _client("requests.Session", _get),
    Bench("requests.get", "http", _big, touch=None),
    _client("httpx.Client", _get, _one, cannot={"with": _ONCE}),
    _client("httpx.AsyncClient", _get_async, _one, cannot={"async-with": _ONCE}),
    Bench("httpx.Client.stream", "http", _streamed, owner="httpx.Client", touch=None, observe="slot"),
    Bench("httpx.AsyncClient.stream", "http", _streamed, owner="httpx.AsyncClient", touch=None, observe="slot"),
    Bench("httpx.Client.send", "http", _sent, owner="httpx.Client", touch=None, observe="slot"),
    _client("urllib3.PoolManager", _request),
    _client("aiohttp.ClientSession", _read),
    _client("aiohttp.TCPConnector", _connect),
    Bench("aiohttp.ClientSession.get", "http", _plain_big, owner="aiohttp.ClientSession", touch=None, cannot=_KEPT),
    Bench("boto3.client", "http", _cloud, touch=_list_buckets),
    Bench("pymemcache.Client", "memcached", _cache, touch=_look_up),
]
