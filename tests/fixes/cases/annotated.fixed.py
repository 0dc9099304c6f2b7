import sqlite3


def touch(path):
    conn: sqlite3.Connection = sqlite3.connect(path)
    try:
        conn.execute("UPDATE t SET n = 1")
    finally:
        conn.close()
