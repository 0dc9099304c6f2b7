from psycopg_pool import ConnectionPool

pool = ConnectionPool("dbname=app")


def bump(item):
    conn = pool.getconn()
    try:
        with conn:
            conn.execute("UPDATE items SET n = n + 1 WHERE id = %s", (item,))
    finally:
        pool.putconn(conn)
