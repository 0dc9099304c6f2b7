import sqlite3


def first(paths):
    for path in paths:
        conn = sqlite3.connect(path)
        try:
            row = conn.execute("SELECT * FROM t").fetchone()
            if row is None:
                continue
            if row[0] == "stop":
                break
        finally:
            conn.close()
    return path
