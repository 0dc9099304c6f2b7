import sqlite3

SHARED = None


class Store:
    def __init__(self, path, conn=None):
        self.path = path
        self._given = conn

    def connection(self):
        if self._given is not None:
            return self._given
        return sqlite3.connect(self.path)

    def names(self):
        conn = self.connection()
        try:
            return [row[0] for row in conn.execute("SELECT name FROM t")]
        finally:
            if conn is not self._given:
                conn.close()


def connection(path):
    if SHARED:
        return SHARED
    return sqlite3.connect(path)


def count(path):
    conn = connection(path)
    try:
        return conn.execute("SELECT count(*) FROM t").fetchone()[0]
    finally:
        if conn is not SHARED:
            conn.close()
