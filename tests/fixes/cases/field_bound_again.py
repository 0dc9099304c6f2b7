import sqlite3


class Buffer:
    def __init__(self, path):
        self.path = path
        self.conn = sqlite3.connect(path)

    def reset(self):
        self.conn = sqlite3.connect(self.path)

    def close(self):
        self.conn.close()
