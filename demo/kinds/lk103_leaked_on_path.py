"""An early return forgets the connection."""

from psycopg2.pool import ThreadedConnectionPool


def setup(dsn):
    return ThreadedConnectionPool(1, 12, dsn)


def handle(pool, number):
    conn = pool.getconn()
    try:
        cursor = conn.cursor()
        cursor.execute("SELECT %s::int", (number,))
        value = cursor.fetchone()[0]
    except Exception:
        pool.putconn(conn)
        raise
    if value % 5 == 0:
        return None
    pool.putconn(conn)
    return value
