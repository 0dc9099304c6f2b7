# withheld: nothing here would call the `close()` that could be added
import sqlite3


class Users:
    """Reads users."""

    def __init__(self, path):
        self.conn = sqlite3.connect(path)

    def find(self, uid):
        return self.conn.execute("SELECT * FROM users WHERE id = ?", (uid,)).fetchone()
