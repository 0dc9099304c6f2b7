import psycopg2


def opened(dsn):
    conn = None
    try:
        conn = psycopg2.connect(dsn)
    except psycopg2.Error as error:
        print(error)
    return conn


def add(dsn, item):
    conn = opened(dsn)
    if conn:
        conn.cursor().execute("INSERT INTO items VALUES (%s)", (item,))
        conn.commit()
