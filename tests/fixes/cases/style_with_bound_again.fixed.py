# style: with
import time

import psycopg2


def connect(dsn):
    return psycopg2.connect(dsn)


def kill(dsn):
    conn = connect(dsn)
    try:
        cursor = conn.cursor()
        try:
            cursor.execute("SELECT pg_terminate_backend(1)")
            conn.commit()
        except psycopg2.DatabaseError:
            conn.close()
            time.sleep(1)
            conn = connect(dsn)
        conn.cursor().execute("SELECT 1")
    finally:
        conn.close()
