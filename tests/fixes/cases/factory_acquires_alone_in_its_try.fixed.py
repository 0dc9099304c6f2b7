import psycopg2


def opened(dsn):
    try:
        conn = psycopg2.connect(dsn)
    except psycopg2.OperationalError as error:
        raise RuntimeError("no database") from error
    try:
        cur = conn.cursor()
        cur.execute("SET timezone TO 'UTC'")
    except BaseException:
        conn.close()
        raise
    return conn
