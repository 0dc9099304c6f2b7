import pymysql


class Mirror:
    def __init__(self, a, b):
        self.src = pymysql.connect(host=a)
        self.dst = pymysql.connect(host=b)

    def close(self):
        self.src.close()
