# withheld
import sqlite3


def names(path):
    query = lambda: sqlite3.connect(path).execute("SELECT 1").fetchone()
    return query()
