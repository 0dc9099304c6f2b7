# style: with
from contextlib import closing

try:
    import psycopg2 as dbapi
except ImportError:
    import psycopg as dbapi


def touch(dsn):
    with closing(dbapi.connect(dsn)) as conn:
        conn.cursor().execute("UPDATE t SET seen = now()")
        conn.commit()
