import pymysql


def customers(host):
    conn = pymysql.connect(host=host)
    try:
        with conn.cursor() as cur:
            cur.execute("SELECT name FROM customers")
            return cur.fetchall()
    finally:
        conn.close()
