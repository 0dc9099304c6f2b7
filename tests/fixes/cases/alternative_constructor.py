import psycopg2


class Data:
    def __init__(self, conn, version):
        self.conn = conn
        self.version = version

    @classmethod
    def connected(cls, dsn, version):
        conn = psycopg2.connect(dsn)
        conn.cursor().execute("SET statement_timeout = 5000")
        return cls(conn, version(conn))

    def close(self):
        self.conn.close()
