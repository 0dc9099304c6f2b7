import psycopg2


def finish(conn):
    conn.commit()
    conn.close()


def touch(dsn):
    conn = psycopg2.connect(dsn)
    try:
        conn.cursor().execute("UPDATE t SET seen = now()")
    finally:
        finish(conn)
