"""An object takes a connection for itself, and its class has no way to give it back."""

from psycopg2.pool import ThreadedConnectionPool


def setup(dsn):
    return ThreadedConnectionPool(1, 12, dsn)


class Reader:
    def __init__(self, pool: ThreadedConnectionPool):
        self.pool = pool
        self.conn = pool.getconn()

    def read(self, number):
        cursor = self.conn.cursor()
        cursor.execute("SELECT %s::int", (number,))
        return cursor.fetchone()[0]


def handle(pool: ThreadedConnectionPool, number):
    reader = Reader(pool)
    return reader.read(number)
