import sqlite3


def open_many(paths):
    conns = []
    try:
        for path in paths:
            conns.append(sqlite3.connect(path))
    except BaseException:
        for conn in conns:
            conn.close()
        raise
    return conns
