import pymysql


class Mirror:
    def __init__(self, a, b):
        self.src = pymysql.connect(host=a)
        try:
            self.dst = pymysql.connect(host=b)
        except BaseException:
            self.src.close()
            raise

    def close(self):
        try:
            self.src.close()
        finally:
            self.dst.close()
