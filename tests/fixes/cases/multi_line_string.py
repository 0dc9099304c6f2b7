import psycopg2


def old(dsn):
    conn = psycopg2.connect(dsn)
    cur = conn.cursor()
    cur.execute("""
SELECT *
  FROM items
 WHERE age > 10
""")
    rows = cur.fetchall()
    conn.close()
    return rows
