import sqlite3


def opened(path, conn=None):
    if conn is not None:
        return conn
    return sqlite3.connect(path)


def connected(given):
    if given is None:
        conn = sqlite3.connect("app.db")
        return "own", conn
    conn = given
    return "given", conn


def names(path, conn=None):
    db = opened(path, conn)
    try:
        rows = db.execute("SELECT name FROM t").fetchall()
    finally:
        if db is not conn:
            db.close()
    return [row[0] for row in rows]


def count(given=None):
    whose, conn = connected(given)
    try:
        print(whose)
        total = conn.execute("SELECT count(*) FROM t").fetchone()[0]
    finally:
        if conn is not given:
            conn.close()
    return total


def own(path):
    db = opened(path)
    try:
        db.execute("DELETE FROM t")
    finally:
        db.close()
