import psycopg2


def users(dsn):
    with psycopg2.connect(dsn) as conn:
        cur = conn.cursor()
        cur.execute("SELECT * FROM users")
        for row in cur:
            yield row
