import pymysql


class Wrapper:
    def __init__(self, conn):
        self.conn = conn

    def close(self):
        self.conn.close()


class Connection(Wrapper):
    def __init__(self, path):
        conn = pymysql.connect(db=path)
        try:
            cursor = conn.cursor()
            cursor.execute("SHOW VARIABLES")
            Wrapper.__init__(self, conn)
        except BaseException:
            conn.close()
            raise


def register(service, conn):
    service.conn = conn


def attach(service, path):
    conn = pymysql.connect(db=path)
    try:
        cursor = conn.cursor()
        cursor.execute("SHOW VARIABLES")
        register(service, conn)
    except BaseException:
        conn.close()
        raise
