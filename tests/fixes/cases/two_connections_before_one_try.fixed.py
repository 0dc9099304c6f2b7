import psycopg2


def copy(source, target):
    src = psycopg2.connect(source)
    try:
        dst = psycopg2.connect(target)
        try:
            dst.cursor().executemany("INSERT INTO t VALUES (%s)", src.cursor().fetchall())
        finally:
            dst.close()
    finally:
        src.close()
