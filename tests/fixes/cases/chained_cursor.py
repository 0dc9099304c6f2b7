import psycopg2


def names(dsn):
    cur = psycopg2.connect(dsn).cursor()
    cur.execute("SELECT name FROM t")
    return cur.fetchall()
