import oracledb


class Store:
    def __init__(self, dsn):
        self.conn = oracledb.connect(dsn=dsn)
        self.conn.call_timeout = 30000
        self.size = 10
        self.create_tables()

    def create_tables(self):
        with self.conn.cursor() as cur:
            cur.execute("CREATE TABLE t (id NUMBER)")


def set_up(dsn):
    store = Store(dsn)
    print(store.size)
