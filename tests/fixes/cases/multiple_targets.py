import sqlite3


def touch(path, cache):
    conn = db = sqlite3.connect(path)
    db.execute("UPDATE t SET n = 1")
    conn.close()
