"""The same, repaired as the finding's help says: a class that gives back, and a `with` around its use."""

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

    def close(self):
        self.pool.putconn(self.conn)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()


def handle(pool: ThreadedConnectionPool, number):
    with Reader(pool) as reader:
        return reader.read(number)
