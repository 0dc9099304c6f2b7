# style: with
from contextlib import closing

import psycopg2


def finish(conn):
    conn.commit()
    conn.close()


def touch(dsn):
    conn = psycopg2.connect(dsn)
    try:
        conn.cursor().execute("UPDATE t SET seen = now()")
        finish(conn)
    finally:
        conn.close()


def once(dsn):
    with closing(psycopg2.connect(dsn)) as conn:
        conn.cursor().execute("SELECT 1")
