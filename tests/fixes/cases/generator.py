import sqlite3


def stream(path):
    conn = sqlite3.connect(path)
    for row in conn.execute("SELECT * FROM events"):
        yield row
    conn.close()
