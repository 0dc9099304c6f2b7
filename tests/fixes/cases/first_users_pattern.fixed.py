from psycopg2.pool import SimpleConnectionPool

connection_pool = SimpleConnectionPool(1, 20, "dbname=app")


def users():
    conn = connection_pool.getconn()
    try:
        cursor = conn.cursor()
        cursor.execute("SELECT * FROM users")
        return cursor.fetchall()
    finally:
        connection_pool.putconn(conn)
