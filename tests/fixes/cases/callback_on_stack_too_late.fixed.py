import contextlib

import psycopg2


def job(dsn, work):
    with contextlib.ExitStack() as stack:
        conn = psycopg2.connect(dsn)
        try:
            work(conn)
            stack.callback(conn.close)
            conn.cursor().execute("SELECT 1")
        finally:
            conn.close()
