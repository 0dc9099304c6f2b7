import sqlite3


def names(path, given=None):
    opened_conn = None
    try:
        conn = given or (opened_conn := sqlite3.connect(path))
        rows = conn.execute("SELECT name FROM t").fetchall()
    finally:
        if opened_conn is not None:
            opened_conn.close()
    return [row[0] for row in rows]
