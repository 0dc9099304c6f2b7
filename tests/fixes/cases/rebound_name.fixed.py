import psycopg2


def both(a, b):
    conn = psycopg2.connect(a)
    try:
        conn.cursor().execute("SELECT 1")
    finally:
        conn.close()
    conn = psycopg2.connect(b)
    try:
        conn.cursor().execute("SELECT 2")
    finally:
        conn.close()
