import psycopg2


def both(dsn):
    conn = psycopg2.connect(dsn)
    return conn, conn.cursor()


def names(dsn):
    conn, cur = both(dsn)
    try:
        cur.execute("SELECT name FROM t")
        return cur.fetchall()
    finally:
        conn.close()
