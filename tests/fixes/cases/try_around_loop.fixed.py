import pymysql


def replicate(hosts, work):
    conn = None
    for host in hosts:
        conn = pymysql.connect(host=host)
        try:
            work(conn)
        finally:
            conn.close()
