"""pika, aio_pika, kombu and celery, against RabbitMQ."""

from __future__ import annotations

from typing import Any

from tests.live.bench import Arguments, Bench, resolve
from tests.live.servers import HOST, Server


def _url(server: Server) -> str:
    return f"amqp://guest:guest@{HOST}:{server.port}//"


def _address(server: Server, owner: Any) -> Arguments:
    return Arguments(_url(server))


def _parameters(server: Server, owner: Any) -> Arguments:
    return Arguments(resolve("pika.ConnectionParameters")(HOST, server.port))


def _pool(server: Server, owner: Any) -> Arguments:
    async def connect() -> Any:
        return await resolve("aio_pika.connect")(_url(server))

    return Arguments(connect, max_size=1)


def _limited(server: Server, owner: Any) -> Arguments:
    return Arguments(limit=1)


def _now(server: Server, owner: Any) -> Arguments:
    return Arguments(block=False)


def _application(server: Server, owner: Any) -> Arguments:
    return Arguments("live", broker=_url(server), set_as_current=False)


def _serve(connection: Any) -> None:
    connection.process_data_events(0)


async def _open_channel(connection: Any) -> None:
    channel = await connection.channel()
    await channel.close()


async def _use_pool(pool: Any) -> None:
    async with pool.acquire() as connection:
        await _open_channel(connection)


def _ensure(connection: Any) -> None:
    connection.ensure_connection(max_retries=1)


def _use_limited(pool: Any) -> None:
    with pool.acquire(block=False) as connection:
        _ensure(connection)


_RETRIES = {"returns-self:ensure_connection": "it returns what is below, and only where it had to connect"}
_LAZY = {"ensure_connection": Arguments(max_retries=1)}
_AIO = "aio_pika.pool.Pool"
_KOMBU = "kombu.Connection.Pool"

BENCHES = [
    Bench("pika.BlockingConnection", "rabbitmq", _parameters, touch=_serve),
    Bench("aio_pika.connect", "rabbitmq", _address, touch=_open_channel),
    Bench("aio_pika.connect_robust", "rabbitmq", _address, touch=_open_channel),
    Bench(_AIO, "rabbitmq", _pool, touch=_use_pool),
    Bench(f"{_AIO}.acquire", "rabbitmq", owner=_AIO, touch=_open_channel, observe="slot"),
    Bench("kombu.Connection", "rabbitmq", _address, touch=_ensure, calls=_LAZY),
    Bench(_KOMBU, "rabbitmq", _limited, owner="kombu.Connection", touch=_use_limited),
    Bench("kombu.connection.ConnectionPool.acquire", "rabbitmq", _now, owner=_KOMBU, touch=_ensure, observe="slot"),
    Bench("celery.Celery", "rabbitmq", _application, touch=None, close="close"),
    *(
        Bench(f"celery.Celery.{name}", "rabbitmq", owner="celery.Celery", touch=_ensure, calls=_LAZY)
        for name in ("connection", "connection_for_read", "connection_for_write")
    ),
]
