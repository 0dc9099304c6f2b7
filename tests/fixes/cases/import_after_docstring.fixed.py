"""Touches."""

from contextlib import closing

# style: with


def touch(path):
    import sqlite3

    with closing(sqlite3.connect(path)) as conn:
        conn.execute("UPDATE t SET n = 1")
