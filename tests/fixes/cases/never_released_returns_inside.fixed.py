import psycopg2


def newest(dsn):
    conn = psycopg2.connect(dsn)
    try:
        cur = conn.cursor()
        cur.execute("SELECT max(id) FROM t")
        row = cur.fetchone()
    finally:
        conn.close()
    if row is None:
        return None
    return row[0]
