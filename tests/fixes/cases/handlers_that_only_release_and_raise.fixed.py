import psycopg2


def add(dsn, item, notify):
    conn = psycopg2.connect(dsn)
    try:
        conn.cursor().execute("INSERT INTO items VALUES (%s)", (item,))
        notify(item)
    finally:
        conn.close()
