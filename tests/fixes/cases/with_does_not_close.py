import sqlite3


def remember(path, key, value):
    with sqlite3.connect(path) as conn:
        conn.execute("INSERT INTO kv VALUES (?, ?)", (key, value))
