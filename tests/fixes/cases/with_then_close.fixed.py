from contextlib import closing

import psycopg2


def add(dsn, tag):
    with closing(psycopg2.connect(dsn)) as conn, conn:
        with conn.cursor() as cur:
            cur.execute("INSERT INTO tags VALUES (%s)", (tag,))
