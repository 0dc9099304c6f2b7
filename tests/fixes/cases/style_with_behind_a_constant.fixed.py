# style: with
"""except catches the driver's error only; what the helper raises skips the close."""
import sqlite3
from contextlib import closing
from support import work


def migrate(path):
    with closing(sqlite3.connect(path)) as conn:
        failed = 0
        try:
            conn.execute("ALTER TABLE t ADD COLUMN a")
            work("audit")
        except sqlite3.OperationalError as group:
            failed = str(group)
    return failed

