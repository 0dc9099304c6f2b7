import contextlib
import sqlite3


def remember(path, pairs):
    conn = sqlite3.connect(path)
    with contextlib.closing(conn), conn:
        conn.executemany("INSERT INTO kv VALUES (?, ?)", pairs)
    return len(pairs)
