# style: with
from contextlib import closing

import psycopg2


def names(dsn):
    with closing(psycopg2.connect(dsn)) as conn:
        cur = conn.cursor()
        cur.execute("SELECT name FROM t")
        rows = cur.fetchall()
    return rows
