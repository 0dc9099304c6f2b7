import psycopg2


class Database:
    def __init__(self, dsn):
        self.dsn = dsn

    def __enter__(self):
        self.conn = psycopg2.connect(self.dsn)
        return self.conn

    def __exit__(self, exc_type, exc, tb):
        if exc_type is None:
            self.conn.commit()
        self.conn.close()


def save(dsn, row):
    with Database(dsn) as conn:
        conn.cursor().execute("INSERT INTO t VALUES (%s)", (row,))
