import psycopg2


def get_connection(dsn):
    return psycopg2.connect(dsn)


def count(dsn):
    conn = get_connection(dsn)
    try:
        cur = conn.cursor()
        cur.execute("SELECT count(*) FROM t")
        return cur.fetchone()
    finally:
        conn.close()
