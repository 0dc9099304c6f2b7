import psycopg2


def old(dsn):
    conn = \
        psycopg2.connect(dsn)
    try:
        total = conn.cursor() \
            .fetchone()
        rows = [
            total,
        ]
    finally:
        conn.close()
    return rows
