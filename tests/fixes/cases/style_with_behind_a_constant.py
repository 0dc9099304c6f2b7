# style: with
"""except catches the driver's error only; what the helper raises skips the close."""
import sqlite3
from support import work


def migrate(path):
    conn = sqlite3.connect(path)
    failed = 0
    try:
        conn.execute("ALTER TABLE t ADD COLUMN a")
        work("audit")
    except sqlite3.OperationalError as group:
        failed = str(group)
    conn.close()
    return failed

