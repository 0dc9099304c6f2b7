import sqlite3


def count(path):
    n = -1
    conn = sqlite3.connect(path)
    try:
        n = conn.execute("SELECT count(*) FROM t").fetchone()
    finally:
        try:
            return n
        finally:
            conn.close()
