import sqlite3


def touch(path):
    conn = sqlite3.connect(path)
    conn.execute("UPDATE t SET n = 1")
    try: conn.commit()
    finally: conn.close()
