from psycopg2.pool import SimpleConnectionPool

pool = SimpleConnectionPool(1, 5, "dbname=app")


def run(sql, send):
    conn = pool.getconn()
    try:
        cur = conn.cursor()
        cur.execute(sql)
        return cur.fetchall()
    finally:
        send("metrics")
        pool.putconn(conn)
