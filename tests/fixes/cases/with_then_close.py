import psycopg2


def add(dsn, tag):
    with psycopg2.connect(dsn) as conn:
        with conn.cursor() as cur:
            cur.execute("INSERT INTO tags VALUES (%s)", (tag,))
    conn.close()
