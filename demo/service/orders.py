"""Orders, through a pool of psycopg2."""

from psycopg2.pool import ThreadedConnectionPool


class Orders:
    """Looks orders up. A quantity that is no number is the client's mistake."""

    def __init__(self, dsn):
        self.pool = ThreadedConnectionPool(1, 8, dsn)

    def total(self, quantity):
        conn = self.pool.getconn()
        cursor = conn.cursor()
        cursor.execute("SELECT %s * 3", (int(quantity),))
        total = cursor.fetchone()[0]
        conn.commit()
        self.pool.putconn(conn)
        return total

    def close(self):
        self.pool.closeall()
