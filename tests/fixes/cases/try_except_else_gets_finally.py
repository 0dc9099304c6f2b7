import pymysql


def add(item):
    conn = pymysql.connect(host="db")
    try:
        with conn.cursor() as cur:
            cur.execute("INSERT INTO items VALUES (%s)", (item,))
    except pymysql.IntegrityError:
        conn.close()
        return False
    else:
        conn.commit()
        conn.close()
    return True
