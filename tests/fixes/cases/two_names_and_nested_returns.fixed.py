import sqlite3


def both(path):
    a = b = sqlite3.connect(path)
    try:
        a.execute("SELECT 1")
        b.execute("SELECT 2")
    finally:
        a.close()


def through(path):
    conn = sqlite3.connect(path)

    try:
        def ask(sql):
            return conn.execute(sql)

        ask("SELECT 1")
        return [ask(sql).fetchone() for sql in ("SELECT 2", "SELECT 3")]
    finally:
        conn.close()
