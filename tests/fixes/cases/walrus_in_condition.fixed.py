import sqlite3


def touch(path, enabled):
    conn = sqlite3.connect(path)
    try:
        if conn and enabled:
            conn.execute("UPDATE t SET seen = 1")
    finally:
        conn.close()
