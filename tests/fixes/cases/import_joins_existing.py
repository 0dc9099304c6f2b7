# style: with
from contextlib import ExitStack, suppress
import sqlite3

_ = ExitStack, suppress


def touch(path):
    conn = sqlite3.connect(path)
    conn.execute("UPDATE t SET n = 1")
    conn.close()
