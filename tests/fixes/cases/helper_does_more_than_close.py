import sqlite3
from support import ready, work


def give_back(c):
    try:
        work()
    finally:
        c.close()


def job():
    c = sqlite3.connect("db")
    try:
        ready()
    except ValueError:
        c.close()
    else:
        give_back(c)
