# withheld
import sqlite3
from support import fetch


def job():
    c = sqlite3.connect("db")
    match fetch():
        case None:
            c.execute("SELECT 1")
        case row:
            c = sqlite3.connect("db")
            row = fetch()
    c.close()
