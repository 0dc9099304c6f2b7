# style: with
from contextlib import closing

import psycopg


def job(ok):
    with closing(psycopg.connect("")) as conn:
        conn.execute("INSERT")
        if ok:
            conn.commit()


def late():
    with closing(psycopg.connect("")) as conn:
        conn.execute("INSERT")
        conn.commit()
        conn.execute("SELECT 1")


def dry(ok):
    with psycopg.connect("") as conn:
        conn.execute("INSERT")
        if ok:
            conn.commit()
        else:
            conn.rollback()


def early(ok):
    with closing(psycopg.connect("")) as conn:
        conn.execute("INSERT")
        if not ok:
            return None
        conn.commit()
    return 1


def tried(rows):
    with psycopg.connect("") as conn:
        cur = conn.cursor()
        try:
            for row in rows:
                cur.execute("INSERT", row)
            conn.commit()
        except psycopg.Error:
            conn.rollback()
            raise
        print("done")


def each(rows):
    with psycopg.connect("") as conn:
        for row in rows:
            conn.execute("INSERT", row)
            conn.commit()


def each_but_last(rows):
    with closing(psycopg.connect("")) as conn:
        for row in rows:
            conn.execute("INSERT", row)
            if row:
                break
            conn.commit()
