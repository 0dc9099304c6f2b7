from psycopg_pool import ConnectionPool

pool = ConnectionPool("dbname=app")


def bump(item):
    with pool.getconn() as conn:
        conn.execute("UPDATE items SET n = n + 1 WHERE id = %s", (item,))
