from contextlib import ExitStack, closing

import psycopg2


def purge(dsn):
    with ExitStack() as stack:
        conn = stack.enter_context(closing(psycopg2.connect(dsn)))
        stack.enter_context(conn)
        cur = stack.enter_context(conn.cursor())
        cur.execute("DELETE FROM cache")
