import sqlite3

from app import wrap


def frame(path):
    conn = sqlite3.connect(path)
    return wrap(conn)
