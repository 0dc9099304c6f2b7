import sqlite3


def show(path):
    for row in sqlite3.connect(path).execute("SELECT * FROM t"):
        print(row)
