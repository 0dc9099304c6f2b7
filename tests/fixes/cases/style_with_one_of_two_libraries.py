# style: with
try:
    import psycopg2 as dbapi
except ImportError:
    import psycopg as dbapi


def touch(dsn):
    conn = dbapi.connect(dsn)
    conn.cursor().execute("UPDATE t SET seen = now()")
    conn.commit()
    conn.close()
