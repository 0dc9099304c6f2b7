import oracledb


class Store:
    def __init__(self, dsn):
        self.conn = oracledb.connect(dsn=dsn)
        try:
            self.conn.call_timeout = 30000
            self.size = 10
            self.create_tables()
        except BaseException:
            self.conn.close()
            raise

    def create_tables(self):
        with self.conn.cursor() as cur:
            cur.execute("CREATE TABLE t (id NUMBER)")

    def close(self):
        self.conn.close()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()


def set_up(dsn):
    store = Store(dsn)
    try:
        print(store.size)
    finally:
        store.close()
