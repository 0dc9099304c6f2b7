# style: with
import sqlite3
from contextlib import closing


def names(path):
    with closing(sqlite3.connect(path)) as conn:
        rows = conn.execute("SELECT name FROM t").fetchall()
        return [row[0] for row in rows if conn.execute("SELECT ?", row)]
