"""`with conn` ends psycopg2's transaction; the connection does not go back to its pool."""

from psycopg2.pool import ThreadedConnectionPool


def setup(dsn):
    return ThreadedConnectionPool(1, 12, dsn)


def handle(pool, number):
    with pool.getconn() as conn:
        with conn.cursor() as cursor:
            cursor.execute("SELECT %s::int", (number,))
            return cursor.fetchone()[0]
