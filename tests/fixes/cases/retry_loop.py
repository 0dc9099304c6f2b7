import time

import psycopg2


def connect_with_retry(dsn):
    for attempt in range(3):
        try:
            conn = psycopg2.connect(dsn)
            conn.cursor().execute("SELECT 1")
            return conn
        except psycopg2.OperationalError:
            time.sleep(2**attempt)
    raise RuntimeError("no database")
