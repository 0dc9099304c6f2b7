import sqlite3


def names(path, conn=None):
    if conn is None:
        conn = sqlite3.connect(path)
    rows = conn.execute("SELECT name FROM t").fetchall()
    return [row[0] for row in rows]
