# style: with
import psycopg


def job(ok):
    conn = psycopg.connect("")
    conn.execute("INSERT")
    if ok:
        conn.commit()
    conn.close()


def late():
    conn = psycopg.connect("")
    conn.execute("INSERT")
    conn.commit()
    conn.execute("SELECT 1")
    conn.close()


def dry(ok):
    conn = psycopg.connect("")
    conn.execute("INSERT")
    if ok:
        conn.commit()
    else:
        conn.rollback()
    conn.close()


def early(ok):
    conn = psycopg.connect("")
    conn.execute("INSERT")
    if not ok:
        conn.close()
        return None
    conn.commit()
    conn.close()
    return 1


def tried(rows):
    conn = psycopg.connect("")
    cur = conn.cursor()
    try:
        for row in rows:
            cur.execute("INSERT", row)
        conn.commit()
    except psycopg.Error:
        conn.rollback()
        raise
    print("done")
    conn.close()


def each(rows):
    conn = psycopg.connect("")
    for row in rows:
        conn.execute("INSERT", row)
        conn.commit()
    conn.close()


def each_but_last(rows):
    conn = psycopg.connect("")
    for row in rows:
        conn.execute("INSERT", row)
        if row:
            break
        conn.commit()
    conn.close()
