import psycopg2


def ping(dsn):
    conn = psycopg2.connect(dsn)
    try:
        cur = conn.cursor()
        cur.execute("SELECT 1")
        del cur
    finally:
        conn.close()
    del conn
