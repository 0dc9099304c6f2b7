import sqlite3


class Users:
    """Reads users."""

    def __init__(self, path):
        self.conn = sqlite3.connect(path)

    def find(self, uid):
        return self.conn.execute("SELECT * FROM users WHERE id = ?", (uid,)).fetchone()

    def close(self):
        self.conn.close()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()


def name_of(path, uid):
    users = Users(path)
    try:
        row = users.find(uid)
        if row is None:
            return ""
        return row[1]
    finally:
        users.close()


def names_of(path, uids):
    users = Users(path)
    try:
        for uid in uids:
            print(users.find(uid))
    finally:
        users.close()
