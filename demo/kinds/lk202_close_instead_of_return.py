"""The pooled connection is closed; its slot stays taken."""

from psycopg2.pool import ThreadedConnectionPool


def setup(dsn):
    return ThreadedConnectionPool(1, 12, dsn)


def handle(pool, number):
    conn = pool.getconn()
    try:
        cursor = conn.cursor()
        cursor.execute("SELECT %s::int", (number,))
        return cursor.fetchone()[0]
    finally:
        conn.close()
