import sqlite3


def fill(path, rows):
    conn = sqlite3.connect(path)

    try:
        def insert(row):
            conn.execute("INSERT INTO t VALUES (?)", row)

        for row in rows:
            insert(row)
        conn.commit()
    finally:
        conn.close()
