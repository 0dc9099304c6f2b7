"""A context manager whose release an exception in the body skips."""

from contextlib import contextmanager

from psycopg2.pool import ThreadedConnectionPool


def setup(dsn):
    return ThreadedConnectionPool(1, 12, dsn)


@contextmanager
def connection(pool):
    conn = pool.getconn()
    yield conn
    pool.putconn(conn)


def check(number):
    if number % 5 == 0:
        raise ValueError(number)


def handle(pool, number):
    with connection(pool) as conn:
        check(number)
        with conn.cursor() as cursor:
            cursor.execute("SELECT %s::int", (number,))
            return cursor.fetchone()[0]
