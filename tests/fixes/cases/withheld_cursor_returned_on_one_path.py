# withheld
import psycopg2


def query(dsn, wanted):
    conn = psycopg2.connect(dsn)
    cursor = conn.cursor()
    if wanted:
        return cursor
    conn.close()
    return None
