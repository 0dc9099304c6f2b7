# style: with
import psycopg2


def names(dsn):
    conn = psycopg2.connect(dsn)
    cur = conn.cursor()
    cur.execute("SELECT name FROM t")
    rows = cur.fetchall()
    conn.close()
    return rows
