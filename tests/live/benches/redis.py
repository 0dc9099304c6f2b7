"""redis, its fork valkey, and the asyncio modules of both."""

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
    connection = pool.get_connection("PING")
    try:
        _exchange(connection)
    finally:
        pool.release(connection)


async def _use_pool_async(pool: Any) -> None:
    connection = await pool.get_connection("PING")
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


def _command(server: Server, owner: Any) -> Arguments:
    return Arguments("PING")


def _watch(pipeline: Any) -> Any:
    return pipeline.watch("key")


def _clients(module: str, client: str) -> list[Bench]:
    """module: the library; client: its class. What a pipeline holds is seen by what its client can still do."""
    made = f"{module}.{client}"
    asynchronous = module.endswith(".asyncio")
    ping, subscribe = (_ping_async, _subscribe_async) if asynchronous else (_ping, _subscribe)
    use, exchange = (_use_pool_async, _exchange_async) if asynchronous else (_use_pool, _exchange)
    pool, blocking = f"{module}.ConnectionPool", f"{module}.BlockingConnectionPool"
    return [
        Bench(made, "redis", _client, touch=ping),
        Bench(f"{module}.from_url", "redis", _address, touch=ping),
        Bench(f"{made}.from_url", "redis", _address, touch=ping),
        Bench(f"{made}.from_pool", "redis", the_owner, owner=pool, touch=ping),
        Bench(pool, "redis", _client, touch=use),
        Bench(f"{pool}.from_url", "redis", _address, touch=use),
        Bench(blocking, "redis", _blocking, touch=use),
        Bench(f"{blocking}.from_url", "redis", _blocking_address, touch=use),
        Bench(
            f"{pool}.get_connection",
            "redis",
            _command,
            owner=pool,
            touch=exchange,
            observe="slot",
            roomier={"max_connections": 2},
        ),
        Bench(f"{made}.pubsub", "redis", owner=made, touch=subscribe, observe="slot"),
        Bench(f"{made}.pipeline", "redis", owner=made, touch=None),
        Bench(
            f"{module}.client.Pipeline.watch",
            "redis",
            _key,
            owner=f"{made}.pipeline",
            touch=_watch,
            observe="slot",
            rival=ping,
            cannot={"ends-with-owner": "the pipeline is what is held"},
        ),
    ]


BENCHES = [
    *_clients("redis", "Redis"),
    *_clients("redis.asyncio", "Redis"),
    *_clients("valkey", "Valkey"),
    *_clients("valkey.asyncio", "Valkey"),
    *(
        Bench(f"{made}.monitor", "redis", owner=made, touch=None, observe="slot")
        for made in ("redis.Redis", "valkey.Valkey")
    ),
]
