import psycopg2


def both(a, b):
    conn = psycopg2.connect(a)
    conn.cursor().execute("SELECT 1")
    conn = psycopg2.connect(b)
    conn.cursor().execute("SELECT 2")
    conn.close()
