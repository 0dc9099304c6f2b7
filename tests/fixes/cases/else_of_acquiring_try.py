import psycopg2


def version_of(dsn):
    try:
        conn = psycopg2.connect(dsn)
    except psycopg2.OperationalError:
        return None
    else:
        # Ask it.
        cur = conn.cursor()
        cur.execute("SELECT version()")
        row = cur.fetchone()
        conn.close()
        return row


def first_of(dsn, sql):
    try:
        conn = psycopg2.connect(dsn)
    except psycopg2.OperationalError:
        raise
    else:
        cur = conn.cursor()
        cur.execute(sql)
    row = cur.fetchone()
    conn.close()
    return row
