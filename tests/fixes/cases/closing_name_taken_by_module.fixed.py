# style: with
import contextlib
import sqlite3


def touch(path):
    with contextlib.closing(sqlite3.connect(path)) as conn:
        conn.execute("UPDATE t SET n = 1")
        with contextlib.suppress(ValueError):
            conn.execute("UPDATE t SET n = 2")
