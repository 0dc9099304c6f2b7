import sqlite3
from contextlib import closing


def remember(path, key, value):
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("INSERT INTO kv VALUES (?, ?)", (key, value))
