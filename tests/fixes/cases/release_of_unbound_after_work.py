import pymysql


def customers(host, log):
    try:
        log("start")
        conn = pymysql.connect(host=host)
        with conn.cursor() as cur:
            cur.execute("SELECT name FROM customers")
            return cur.fetchall()
    except pymysql.Error as error:
        log(error)
        return []
    finally:
        conn.close()
