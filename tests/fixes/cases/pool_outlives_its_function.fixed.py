from psycopg2.pool import SimpleConnectionPool


def connection(dsn):
    pool = SimpleConnectionPool(1, 5, dsn)
    try:
        return pool.getconn()
    except BaseException:
        pool.closeall()
        raise
