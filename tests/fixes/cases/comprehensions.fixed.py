import sqlite3
from contextlib import closing

import asyncpg


def firsts(paths):
    values = []
    for path in paths:
        with closing(sqlite3.connect(path)) as conn:
            values.append(conn.execute("SELECT 1").fetchone())
    return values


def by_path(paths):
    found = {}
    for path in paths:
        if path:
            with closing(sqlite3.connect(path)) as conn:
                found[path] = conn.execute("SELECT 1").fetchone()
    return found


def total(paths):
    values = []
    for path in paths:
        with closing(sqlite3.connect(path)) as conn:
            values.append(conn.execute("SELECT 1").fetchone()[0])
    return sum(values)


async def rows(dsns):
    values = []
    for dsn in dsns:
        conn = await asyncpg.connect(dsn)
        try:
            values.append(await conn.fetch("SELECT 1"))
        finally:
            await conn.close()
    return values


def one(path, flag):
    if flag:
        with closing(sqlite3.connect(path)) as conn:
            row = conn.execute("SELECT 1").fetchone()
    else:
        row = None
    return row
