"""redis and redis.asyncio."""

from __future__ import annotations

from typing import Any

from tests.live.bench import Arguments, Bench, settled, the_owner
from tests.live.servers import HOST, Server


def _client(server: Server, owner: Any) -> Arguments:
    return Arguments(host=HOST, port=server.port, max_connections=1)


def _address(server: Server, owner: Any) -> Arguments:
    return Arguments(f"redis://{HOST}:{server.port}", max_connections=1)


def _blocking(server: Server, owner: Any) -> Arguments:
    return Arguments(host=HOST, port=server.port, max_connections=1, timeout=0.1)


def _blocking_address(server: Server, owner: Any) -> Arguments:
    return Arguments(f"redis://{HOST}:{server.port}", max_connections=1, timeout=0.1)


def _ping(client: Any) -> None:
    client.ping()


async def _ping_async(client: Any) -> None:
    await client.ping()


def _use_pool(pool: Any) -> None:
    connection = pool.get_connection()
    try:
        _exchange(connection)
    finally:
        pool.release(connection)


async def _use_pool_async(pool: Any) -> None:
    connection = await pool.get_connection()
    try:
        await _exchange_async(connection)
    finally:
        await pool.release(connection)


def _exchange(connection: Any) -> None:
    connection.send_command("PING")
    connection.read_response()


async def _exchange_async(connection: Any) -> None:
    await connection.send_command("PING")
    await connection.read_response()


def _subscribe(subscription: Any) -> None:
    subscription.subscribe("channel")


async def _subscribe_async(subscription: Any) -> None:
    await settled(subscription.subscribe("channel"))


def _key(server: Server, owner: Any) -> Arguments:
    return Arguments("key")


def _watch(pipeline: Any) -> Any:
    return pipeline.watch("key")


def _pipeline(module: str, ping: Any) -> list[Bench]:
    """A pipeline, and what it holds of a client that has one connection."""
    kept = f"{module}.client.Pipeline"
    return [
        Bench(f"{module}.Redis.pipeline", "redis", owner=f"{module}.Redis", touch=None),
        Bench(
            f"{kept}.watch",
            "redis",
            _key,
            owner=f"{module}.Redis.pipeline",
            touch=_watch,
            observe="slot",
            rival=ping,
            cannot={"ends-with-owner": "the pipeline is what is held"},
        ),
    ]


BENCHES = [
    Bench("redis.Redis", "redis", _client, touch=_ping),
    Bench("redis.from_url", "redis", _address, touch=_ping),
    Bench("redis.Redis.from_url", "redis", _address, touch=_ping),
    Bench("redis.Redis.from_pool", "redis", the_owner, owner="redis.ConnectionPool", touch=_ping),
    Bench("redis.ConnectionPool", "redis", _client, touch=_use_pool),
    Bench("redis.ConnectionPool.from_url", "redis", _address, touch=_use_pool),
    Bench("redis.BlockingConnectionPool", "redis", _blocking, touch=_use_pool),
    Bench("redis.BlockingConnectionPool.from_url", "redis", _blocking_address, touch=_use_pool),
    Bench(
        "redis.ConnectionPool.get_connection", "redis", owner="redis.ConnectionPool", touch=_exchange, observe="slot"
    ),
    Bench("redis.Redis.pubsub", "redis", owner="redis.Redis", touch=_subscribe, observe="slot"),
    Bench("redis.Redis.monitor", "redis", owner="redis.Redis", touch=None, observe="slot"),
    Bench("redis.asyncio.Redis", "redis", _client, touch=_ping_async),
    Bench("redis.asyncio.from_url", "redis", _address, touch=_ping_async),
    Bench("redis.asyncio.Redis.from_url", "redis", _address, touch=_ping_async),
    Bench("redis.asyncio.Redis.from_pool", "redis", the_owner, owner="redis.asyncio.ConnectionPool", touch=_ping_async),
    Bench("redis.asyncio.ConnectionPool", "redis", _client, touch=_use_pool_async),
    Bench("redis.asyncio.ConnectionPool.from_url", "redis", _address, touch=_use_pool_async),
    Bench("redis.asyncio.BlockingConnectionPool", "redis", _blocking, touch=_use_pool_async),
    Bench("redis.asyncio.BlockingConnectionPool.from_url", "redis", _blocking_address, touch=_use_pool_async),
    Bench(
        "redis.asyncio.ConnectionPool.get_connection",
        "redis",
        owner="redis.asyncio.ConnectionPool",
        touch=_exchange_async,
        observe="slot",
    ),
    *_pipeline("redis", _ping),
    *_pipeline("redis.asyncio", _ping_async),
    Bench("redis.asyncio.Redis.pubsub", "redis", owner="redis.asyncio.Redis", touch=_subscribe_async, observe="slot"),
]
