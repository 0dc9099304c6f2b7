import pymysql


def diff(x, y):
    a = pymysql.connect(host=x)
    try:
        b = pymysql.connect(host=y)
        try:
            return a.cursor() == b.cursor()
        finally:
            b.close()
    finally:
        a.close()
