import psycopg2


def count(dsn):
    conn = None
    try:
        conn = psycopg2.connect(dsn)
        cur = conn.cursor()
        cur.execute("SELECT count(*) FROM users")
        return cur.fetchone()
    finally:
        if conn is not None:
            conn.close()
