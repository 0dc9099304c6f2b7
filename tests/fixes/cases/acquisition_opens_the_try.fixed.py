import psycopg2


def total(dsn):
    conn = None
    try:
        conn = psycopg2.connect(dsn)
        cur = conn.cursor()
        cur.execute("SELECT sum(price) FROM items")
        return cur.fetchone()[0]
    except psycopg2.Error as error:
        print("no total:", error)
        return None
    finally:
        if conn is not None:
            conn.close()
