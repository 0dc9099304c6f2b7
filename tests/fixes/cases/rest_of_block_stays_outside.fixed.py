import sqlite3


def load(path, sink):
    conn = sqlite3.connect(path)
    try:
        rows = conn.execute("SELECT * FROM t").fetchall()
    finally:
        conn.close()
    for row in rows:
        sink(row)
    print("done")
