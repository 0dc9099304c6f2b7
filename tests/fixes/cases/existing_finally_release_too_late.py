import psycopg2


def sync(dsn, work):
    conn = psycopg2.connect(dsn)
    cur = conn.cursor()
    cur.execute("SELECT max(id) FROM log")
    last = cur.fetchone()
    try:
        work(last)
    finally:
        conn.close()
