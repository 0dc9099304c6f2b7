"""Touches."""
# style: with


def touch(path):
    import sqlite3

    conn = sqlite3.connect(path)
    conn.execute("UPDATE t SET n = 1")
    conn.close()
