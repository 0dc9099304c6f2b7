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
    if fetch() is None:
        return None
    try:
        return fetch()
    finally:
        conn.close()
