# withheld
import psycopg2


class Reader:
    def __init__(self, dsn, names):
        self.cursors = {}
        self.others = []
        for name in names:
            conn = psycopg2.connect(dsn, dbname=name)
            self.cursors[name] = {"cursor": conn.cursor()}

    def more(self, dsn):
        conn = psycopg2.connect(dsn)
        self.others.append(conn.cursor())

    def best(self, dsn, old):
        conn = psycopg2.connect(dsn)
        self.cursors["best"] = old or conn.cursor()
