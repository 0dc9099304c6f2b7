import psycopg2


def old(dsn):
    conn = \
        psycopg2.connect(dsn)
    total = conn.cursor() \
        .fetchone()
    rows = [
        total,
    ]
    conn.close()
    return rows
