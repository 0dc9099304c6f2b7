"""A report takes a connection from the pool, and nobody gives it back."""

from psycopg2.pool import ThreadedConnectionPool


def setup(dsn):
    return ThreadedConnectionPool(1, 12, dsn)


def handle(pool, number):
    conn = pool.getconn()
    cursor = conn.cursor()
    cursor.execute("SELECT %s::int", (number,))
    return cursor.fetchone()[0]
