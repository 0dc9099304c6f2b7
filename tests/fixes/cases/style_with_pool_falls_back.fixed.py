# style: with
from psycopg2.pool import SimpleConnectionPool

pool = SimpleConnectionPool(1, 5, "dbname=app")


def run(sql):
    conn = pool.getconn()
    try:
        conn.cursor().execute(sql)
    finally:
        pool.putconn(conn)
