import psycopg2


def copy(source, target):
    src = psycopg2.connect(source)
    dst = psycopg2.connect(target)
    cur = src.cursor()
    cur.execute("SELECT * FROM t")
    dst.cursor().executemany("INSERT INTO t VALUES (%s)", cur.fetchall())
    dst.commit()
    src.close()
    dst.close()
