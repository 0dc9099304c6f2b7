import psycopg2


def open_it(dsn):
    conn = psycopg2.connect(dsn)
    try:
        conn.cursor()
    except psycopg2.Error:
        conn.close()
        return None
    return conn


def read(dsn, fetch):
    conn = open_it(dsn)
    try:
        if fetch() is None:
            return None
        return fetch()
    finally:
        if conn is not None:
            conn.close()
