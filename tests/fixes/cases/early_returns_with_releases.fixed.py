import psycopg2


def login(dsn, name, locked):
    conn = psycopg2.connect(dsn)
    try:
        cur = conn.cursor()
        cur.execute("SELECT pw FROM users WHERE name = %s", (name,))
        row = cur.fetchone()
        if row is None:
            return False
        if locked:
            return False
    finally:
        conn.close()
    return True
