import contextlib

import psycopg2
from psycopg2.pool import ThreadedConnectionPool

pool = ThreadedConnectionPool(1, 10)


@contextlib.contextmanager
def connection():
    conn = pool.getconn()
    try:
        yield conn
    except psycopg2.OperationalError:
        raise
    except Exception:
        conn.rollback()
        pool.putconn(conn)
        raise
    else:
        conn.commit()
        pool.putconn(conn)
