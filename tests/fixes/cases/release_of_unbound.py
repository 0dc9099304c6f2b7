import pymysql


def customers(host):
    try:
        conn = pymysql.connect(host=host)
        with conn.cursor() as cur:
            cur.execute("SELECT name FROM customers")
            return cur.fetchall()
    finally:
        conn.close()
