"""The connection goes back at the end; a bad request never gets there."""

from psycopg2.pool import ThreadedConnectionPool


def setup(dsn):
    return ThreadedConnectionPool(1, 12, dsn)


def check(number):
    if number % 5 == 0:
        raise ValueError(number)


def handle(pool, number):
    conn = pool.getconn()
    cursor = conn.cursor()
    check(number)
    cursor.execute("SELECT %s::int", (number,))
    value = cursor.fetchone()[0]
    pool.putconn(conn)
    return value
