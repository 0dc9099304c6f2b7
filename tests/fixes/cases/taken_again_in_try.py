# withheld
import sqlite3
from support import ready


def give_back(c):
    if ready():
        c.close()


def job():
    c = sqlite3.connect("db")
    try:
        c = sqlite3.connect("db")
    finally:
        give_back(c)
