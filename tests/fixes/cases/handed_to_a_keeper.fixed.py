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
        except BaseException:
            conn.close()
            raise
        Wrapper.__init__(self, conn)


def register(service, conn):
    service.conn = conn


def attach(service, path):
    conn = pymysql.connect(db=path)
    try:
        cursor = conn.cursor()
        cursor.execute("SHOW VARIABLES")
    except BaseException:
        conn.close()
        raise
    register(service, conn)
