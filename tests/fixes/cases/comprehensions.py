import sqlite3

import asyncpg


def firsts(paths):
    return [sqlite3.connect(path).execute("SELECT 1").fetchone() for path in paths]


def by_path(paths):
    found = {path: sqlite3.connect(path).execute("SELECT 1").fetchone() for path in paths if path}
    return found


def total(paths):
    return sum(sqlite3.connect(path).execute("SELECT 1").fetchone()[0] for path in paths)


async def rows(dsns):
    return [await (await asyncpg.connect(dsn)).fetch("SELECT 1") for dsn in dsns]


def one(path, flag):
    row = sqlite3.connect(path).execute("SELECT 1").fetchone() if flag else None
    return row
