# style: with
from contextlib import ExitStack, closing, suppress
import sqlite3

_ = ExitStack, suppress


def touch(path):
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("UPDATE t SET n = 1")
