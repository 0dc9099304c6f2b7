"""The connection is never bound to a name, so nothing can give it back."""

from psycopg2.pool import ThreadedConnectionPool


def setup(dsn):
    return ThreadedConnectionPool(1, 12, dsn)


def handle(pool, number):
    cursor = pool.getconn().cursor()
    cursor.execute("SELECT %s::int", (number,))
    return cursor.fetchone()[0]
