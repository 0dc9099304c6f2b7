# withheld
import sqlite3
from support import ready


def give_back(c):
    if ready():
        c.close()


def job():
    c = sqlite3.connect("db")
    opened_c = None
    try:
        c = opened_c = sqlite3.connect("db")
    finally:
        try:
            give_back(c)
        finally:
            if opened_c is not None:
                opened_c.close()
