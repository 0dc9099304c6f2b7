import psycopg2


def add(dsn, item, notify):
    conn = psycopg2.connect(dsn)
    try:
        cur = conn.cursor()
        cur.execute("INSERT INTO items VALUES (%s)", (item,))
        conn.commit()
        notify(item)
    except psycopg2.Error as error:
        conn.rollback()
        print("failed", error)
    finally:
        conn.close()
