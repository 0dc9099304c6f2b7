from contextlib import ExitStack

import psycopg2


def purge(dsn):
    with ExitStack() as stack:
        conn = stack.enter_context(psycopg2.connect(dsn))
        cur = stack.enter_context(conn.cursor())
        cur.execute("DELETE FROM cache")
