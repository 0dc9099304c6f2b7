import pymysql


def replicate(hosts, work):
    conn = None
    try:
        for host in hosts:
            conn = pymysql.connect(host=host)
            work(conn)
    finally:
        if conn:
            conn.close()
