import sqlite3


def first(paths):
    for path in paths:
        conn = sqlite3.connect(path)
        row = conn.execute("SELECT * FROM t").fetchone()
        if row is None:
            continue
        if row[0] == "stop":
            break
        conn.close()
    return path
