import sqlite3


def touch(path):
    conn = sqlite3.connect(path)
    try:
        conn.execute("UPDATE t SET seen = 1")
        conn.commit()
    finally:
        conn.close()
