import sqlite3


def run(path, work, cached):
    if cached:
        conn = sqlite3.connect(path)
    work("step")
    if cached:
        conn.execute("DELETE FROM cache")
    return True
