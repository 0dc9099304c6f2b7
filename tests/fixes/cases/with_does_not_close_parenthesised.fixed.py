from contextlib import closing

import psycopg2


def names(dsn):
    with (
        closing(psycopg2.connect(dsn)) as conn, conn,
        conn.cursor() as cur,
    ):
        cur.execute("SELECT name FROM t")
        return cur.fetchall()
