import psycopg2


def add(dsn, item):
    # One connection a call.
    conn = psycopg2.connect(dsn)  # short lived

    try:
        # The insert itself.
        cur = conn.cursor()

        cur.execute("INSERT INTO items VALUES (%s)", (item,))
        conn.commit()
    finally:
        # Give it back.
        conn.close()  # not pooled

    print("added")
