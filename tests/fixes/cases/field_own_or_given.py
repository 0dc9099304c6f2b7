import psycopg2
import psycopg2.extras


class Store:
    def __init__(self, conn, commit=False):
        if isinstance(conn, str):
            self.conn = psycopg2.connect(conn)
        else:
            self.conn = conn
        self.cursor = self.conn.cursor(cursor_factory=psycopg2.extras.RealDictCursor)
        self.commit = commit
        self.version = self.server_version()
        if self.version >= (9, 5):
            self.merge = "upsert"

    def server_version(self):
        self.cursor.execute("SHOW server_version")
        return tuple(map(int, self.cursor.fetchone()["server_version"].split(".")))

    def close(self):
        self.conn.close()
