import psycopg2


def twice(dsn):
    with psycopg2.connect(dsn) as conn:
        conn.cursor().execute("SELECT 1")
    with psycopg2.connect(dsn) as conn, conn.cursor() as cur:
        cur.execute("SELECT 2")
