import sqlite3


def size(path):
    ctx = {"path": path}
    ctx["conn"] = sqlite3.connect(path)
    try:
        return ctx["conn"].execute("SELECT count(*) FROM t").fetchone()
    finally:
        ctx["conn"].close()
