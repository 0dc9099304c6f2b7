import psycopg2


def old(dsn):
    conn = psycopg2.connect(dsn)
    try:
        cur = conn.cursor()
        cur.execute("""
SELECT *
  FROM items
 WHERE age > 10
""")
        rows = cur.fetchall()
    finally:
        conn.close()
    return rows
