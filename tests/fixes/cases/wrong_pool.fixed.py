from psycopg2.pool import SimpleConnectionPool

read_pool = SimpleConnectionPool(1, 5, "host=replica")
write_pool = SimpleConnectionPool(1, 5, "host=primary")


def copy():
    src = read_pool.getconn()
    try:
        src.cursor().execute("SELECT 1")
    finally:
        read_pool.putconn(src)
