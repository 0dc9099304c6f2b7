# style: with
from psycopg2.pool import SimpleConnectionPool

pool = SimpleConnectionPool(1, 5, "dbname=app")


def run(sql):
    conn = pool.getconn()
    conn.cursor().execute(sql)
    pool.putconn(conn)
