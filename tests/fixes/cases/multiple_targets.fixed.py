import sqlite3


def touch(path, cache):
    conn = db = sqlite3.connect(path)
    try:
        db.execute("UPDATE t SET n = 1")
    finally:
        conn.close()
