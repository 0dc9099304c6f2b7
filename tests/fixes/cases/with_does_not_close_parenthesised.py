import psycopg2


def names(dsn):
    with (
        psycopg2.connect(dsn) as conn,
        conn.cursor() as cur,
    ):
        cur.execute("SELECT name FROM t")
        return cur.fetchall()
