from contextlib import contextmanager

import psycopg2


@contextmanager
def cursor(dsn):
    conn = psycopg2.connect(dsn)
    cur = conn.cursor()
    yield cur
    conn.commit()
    cur.close()
    conn.close()
