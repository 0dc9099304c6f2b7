import psycopg2


def login(dsn, name, locked):
    conn = psycopg2.connect(dsn)
    cur = conn.cursor()
    cur.execute("SELECT pw FROM users WHERE name = %s", (name,))
    row = cur.fetchone()
    if row is None:
        conn.close()
        return False
    if locked:
        conn.close()
        return False
    conn.close()
    return True
