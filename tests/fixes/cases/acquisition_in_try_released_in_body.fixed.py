import psycopg2


def add(dsn, item):
    try:
        conn = psycopg2.connect(dsn)
        try:
            conn.cursor().execute("INSERT INTO items VALUES (%s)", (item,))
            conn.commit()
        finally:
            conn.close()
        return True
    except psycopg2.Error as error:
        print(error)
        return False
