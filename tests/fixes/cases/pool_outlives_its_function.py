from psycopg2.pool import SimpleConnectionPool


def connection(dsn):
    pool = SimpleConnectionPool(1, 5, dsn)
    return pool.getconn()
