import psycopg2


def copy(source, target):
    src = psycopg2.connect(source)
    try:
        dst = psycopg2.connect(target)
        try:
            cur = src.cursor()
            cur.execute("SELECT * FROM t")
            dst.cursor().executemany("INSERT INTO t VALUES (%s)", cur.fetchall())
            dst.commit()
        finally:
            dst.close()
    finally:
        src.close()
