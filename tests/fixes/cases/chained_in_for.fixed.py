import sqlite3
from contextlib import closing


def show(path):
    with closing(sqlite3.connect(path)) as conn:
        for row in conn.execute("SELECT * FROM t"):
            print(row)
