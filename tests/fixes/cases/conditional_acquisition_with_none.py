import sqlite3


def run(path, work, cached):
    conn = None
    if cached:
        conn = sqlite3.connect(path)
    work("step")
    if conn is not None:
        conn.execute("DELETE FROM cache")
        conn.close()
