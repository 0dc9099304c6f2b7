import sqlite3
import functools


def fill(path, rows):
    conn = sqlite3.connect(path)

    try:
        @functools.lru_cache(maxsize=None)
        def known(row):
            return conn.execute("SELECT 1 FROM t WHERE a = ?", (row,)).fetchone()

        found = [row for row in rows if known(row)]
    finally:
        conn.close()
    return found
