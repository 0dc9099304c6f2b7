import sqlite3


def names(path, flag):
    if flag:
        return 1
    elif sqlite3.connect(path).execute("SELECT 1").fetchone():
        return 2
    return 3
