import psycopg2


def add(dsn, item):
    conn = None
    try:
        conn = psycopg2.connect(dsn)
        conn.cursor().execute("INSERT INTO items VALUES (%s)", (item,))
        conn.commit()
    except psycopg2.Error:
        if conn is not None:
            conn.rollback()
        raise
    finally:
        if conn is not None:
            conn.close()
