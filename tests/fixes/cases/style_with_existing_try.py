# style: with
import sqlite3


def names(path):
    conn = sqlite3.connect(path)
    rows = conn.execute("SELECT name FROM t").fetchall()
    try:
        return [row[0] for row in rows if conn.execute("SELECT ?", row)]
    finally:
        conn.close()
