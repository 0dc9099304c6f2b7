import sqlite3


def open_many(paths):
    conns = []
    for path in paths:
        conns.append(sqlite3.connect(path))
    return conns
