import psycopg2


def version_of(dsn):
    try:
        conn = psycopg2.connect(dsn)
    except psycopg2.OperationalError:
        return None
    else:
        try:
            # Ask it.
            cur = conn.cursor()
            cur.execute("SELECT version()")
            row = cur.fetchone()
        finally:
            conn.close()
        return row


def first_of(dsn, sql):
    conn = None
    try:
        try:
            conn = psycopg2.connect(dsn)
        except psycopg2.OperationalError:
            raise
        else:
            cur = conn.cursor()
            cur.execute(sql)
        row = cur.fetchone()
    finally:
        if conn is not None:
            conn.close()
    return row
