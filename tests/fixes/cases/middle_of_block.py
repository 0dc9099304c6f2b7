import psycopg2


def report(dsn, day):
    query = "SELECT * FROM sales WHERE day = %s"
    conn = psycopg2.connect(dsn)
    cur = conn.cursor()
    cur.execute(query, (day,))
    rows = cur.fetchall()
    conn.close()
    total = sum(row[1] for row in rows)
    return total
