import psycopg2


def add(dsn, item):
    conn = psycopg2.connect(dsn)
    try:
        cur = conn.cursor()
        try:
            cur.execute("INSERT INTO items VALUES (%s)", (item,))
            conn.commit()
        finally:
            cur.close()
    finally:
        conn.close()
