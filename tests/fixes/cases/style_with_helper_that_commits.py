# style: with
import psycopg2


def finish(conn):
    conn.commit()
    conn.close()


def touch(dsn):
    conn = psycopg2.connect(dsn)
    conn.cursor().execute("UPDATE t SET seen = now()")
    finish(conn)


def once(dsn):
    conn = psycopg2.connect(dsn)
    conn.cursor().execute("SELECT 1")
    conn.close()
