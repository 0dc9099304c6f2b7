import sqlite3


def names(path, given=None):
    conn = given or sqlite3.connect(path)
    rows = conn.execute("SELECT name FROM t").fetchall()
    return [row[0] for row in rows]
