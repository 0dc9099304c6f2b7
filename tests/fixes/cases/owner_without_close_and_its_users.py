import sqlite3


class Users:
    """Reads users."""

    def __init__(self, path):
        self.conn = sqlite3.connect(path)

    def find(self, uid):
        return self.conn.execute("SELECT * FROM users WHERE id = ?", (uid,)).fetchone()


def name_of(path, uid):
    users = Users(path)
    row = users.find(uid)
    if row is None:
        return ""
    return row[1]


def names_of(path, uids):
    users = Users(path)
    for uid in uids:
        print(users.find(uid))
