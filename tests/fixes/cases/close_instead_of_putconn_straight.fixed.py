from psycopg2.pool import ThreadedConnectionPool


class Store:
    def __init__(self, dsn):
        self.pool = ThreadedConnectionPool(1, 5, dsn)

    def close(self):
        self.pool.closeall()

    def users(self):
        conn = self.pool.getconn()
        try:
            cur = conn.cursor()
            cur.execute("SELECT * FROM users")
            rows = cur.fetchall()
        finally:
            self.pool.putconn(conn)
        return rows
