import sqlite3
from contextlib import closing


def names(path, flag):
    if flag:
        return 1
    else:
        with closing(sqlite3.connect(path)) as conn:
            if conn.execute("SELECT 1").fetchone():
                return 2
    return 3
