import pymysql


def diff(x, y):
    a, b = pymysql.connect(host=x), pymysql.connect(host=y)
    try:
        return a.cursor() == b.cursor()
    finally:
        try:
            a.close()
        finally:
            b.close()
