# withheld
import sqlite3


def cursor(path):
    conn = sqlite3.connect(path)
    return conn.cursor()
