import sqlite3


def touch(path, enabled):
    if (conn := sqlite3.connect(path)) and enabled:
        conn.execute("UPDATE t SET seen = 1")
        conn.close()
