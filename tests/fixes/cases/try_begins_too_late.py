import psycopg2


def copy(dsn, rows):
    conn = psycopg2.connect(dsn)
    seen = 0

    # One statement a row.
    for row in rows:
        conn.cursor().execute("INSERT INTO t VALUES (%s)", row)
        seen += 1
    try:
        conn.commit()
        return seen
    finally:
        # Whatever happened.
        conn.close()
