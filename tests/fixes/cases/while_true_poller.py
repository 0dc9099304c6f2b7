from psycopg2.pool import SimpleConnectionPool

pool = SimpleConnectionPool(1, 3, "dbname=q")


def poll(stop):
    while True:
        conn = pool.getconn()
        try:
            conn.cursor().execute("SELECT 1")
        except BaseException:
            pool.putconn(conn)
            raise
        if stop():
            break
        pool.putconn(conn)
