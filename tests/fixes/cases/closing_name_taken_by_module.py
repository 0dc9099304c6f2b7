# style: with
import contextlib
import sqlite3


def touch(path):
    conn = sqlite3.connect(path)
    conn.execute("UPDATE t SET n = 1")
    with contextlib.suppress(ValueError):
        conn.execute("UPDATE t SET n = 2")
    conn.close()
