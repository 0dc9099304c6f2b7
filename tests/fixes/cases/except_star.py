import sqlite3


def migrate(path, work):
    conn = sqlite3.connect(path)
    failed = 0
    try:
        conn.execute("ALTER TABLE t ADD COLUMN a")
        work("audit")
    except* sqlite3.OperationalError as group:
        failed = len(group.exceptions)
    conn.close()
    return failed
