"""A connection of the readers' pool is given to the writers', which refuses it; its slot stays taken."""

from contextlib import suppress

from psycopg2.pool import PoolError, ThreadedConnectionPool

writers: ThreadedConnectionPool


def setup(dsn):
    global writers
    writers = ThreadedConnectionPool(1, 2, dsn)
    return ThreadedConnectionPool(1, 12, dsn)


def handle(readers: ThreadedConnectionPool, number):
    conn = readers.getconn()
    try:
        with conn.cursor() as cursor:
            cursor.execute("SELECT %s::int", (number,))
            return cursor.fetchone()[0]
    finally:
        with suppress(PoolError):
            writers.putconn(conn)
