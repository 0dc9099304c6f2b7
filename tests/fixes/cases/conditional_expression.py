import sqlite3


def names(path, wanted):
    conn = sqlite3.connect(path) if wanted else None
    if conn is None:
        return []
    return conn.execute("SELECT name FROM t").fetchall()
