import asyncio
import socket


async def unsafe(host):
    reader, writer = await asyncio.open_connection(host, 80)  # expect: LK102
    line = await reader.readline()
    writer.close()
    return line


async def never_closed(host):
    reader, writer = await asyncio.open_connection(host, 80)  # expect: LK101
    return await reader.readline()


async def thrown_away(host):
    await asyncio.open_connection(host, 80)  # expect: LK105


async def safe(host):
    reader, writer = await asyncio.open_connection(host, 80)  # expect: ok
    try:
        return await reader.readline()
    finally:
        writer.close()


async def within(host):
    reader, writer = await asyncio.wait_for(asyncio.open_connection(host, 80), 5)  # expect: ok
    try:
        return await reader.readline()
    finally:
        writer.close()


async def by_index(host):
    pair = await asyncio.open_connection(host, 80)  # expect: ok
    try:
        return await pair[0].readline()
    finally:
        pair[1].close()


async def the_caller_closes(host):
    return await asyncio.open_connection(host, 80)  # expect: ok


async def calls_it(host):
    reader, writer = await the_caller_closes(host)  # expect: LK102
    line = await reader.readline()
    writer.close()
    return line


def one_of_two(data):
    left, right = socket.socketpair()  # expect: LK103
    try:
        left.sendall(data)
    finally:
        left.close()


def both(data):
    left, right = socket.socketpair()  # expect: ok
    with left, right:
        left.sendall(data)


def serve(server: socket.socket, handle):
    while True:
        client, address = server.accept()  # expect: LK102
        handle(address)
        client.close()


def serve_well(server: socket.socket, handle):
    while True:
        client, address = server.accept()  # expect: ok
        with client:
            handle(address)
