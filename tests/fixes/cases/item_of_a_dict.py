import sqlite3


def size(path):
    ctx = {"path": path}
    ctx["conn"] = sqlite3.connect(path)
    return ctx["conn"].execute("SELECT count(*) FROM t").fetchone()
