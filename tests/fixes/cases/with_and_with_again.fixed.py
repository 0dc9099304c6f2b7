from contextlib import closing

import psycopg2


def twice(dsn):
    with closing(psycopg2.connect(dsn)) as conn, conn:
        conn.cursor().execute("SELECT 1")
    with closing(psycopg2.connect(dsn)) as conn, conn, conn.cursor() as cur:
        cur.execute("SELECT 2")
