import sqlite3


def load(path, sink):
    conn = sqlite3.connect(path)
    rows = conn.execute("SELECT * FROM t").fetchall()
    for row in rows:
        sink(row)
    print("done")
