import psycopg2


def add(dsn, item):
    try:
        conn = psycopg2.connect(dsn)
    except psycopg2.OperationalError as error:
        print("no database:", error)
        return False
    cur = conn.cursor()
    cur.execute("INSERT INTO items VALUES (%s)", (item,))
    conn.commit()
    conn.close()
    return True
