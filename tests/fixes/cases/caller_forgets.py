import psycopg2


def get_connection(dsn):
    return psycopg2.connect(dsn)


def count(dsn):
    conn = get_connection(dsn)
    cur = conn.cursor()
    cur.execute("SELECT count(*) FROM t")
    return cur.fetchone()
