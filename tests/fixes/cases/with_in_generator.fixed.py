from contextlib import closing

import psycopg2


def users(dsn):
    with closing(psycopg2.connect(dsn)) as conn, conn:
        cur = conn.cursor()
        cur.execute("SELECT * FROM users")
        for row in cur:
            yield row
