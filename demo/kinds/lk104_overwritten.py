"""Each round of a loop takes a connection; only the last one goes back."""

from psycopg2.pool import ThreadedConnectionPool


def setup(dsn):
    return ThreadedConnectionPool(1, 12, dsn)


def handle(pool, number):
    values = []
    for part in (number, -number):
        conn = pool.getconn()
        cursor = conn.cursor()
        cursor.execute("SELECT %s::int", (part,))
        values.append(cursor.fetchone()[0])
    pool.putconn(conn)
    return values
