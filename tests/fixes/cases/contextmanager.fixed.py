from contextlib import contextmanager

import psycopg2


@contextmanager
def cursor(dsn):
    conn = psycopg2.connect(dsn)
    try:
        cur = conn.cursor()
        yield cur
        conn.commit()
        cur.close()
    finally:
        conn.close()
