import sqlite3


def touch(path, wanted):
    if wanted: conn = sqlite3.connect(path); conn.execute("UPDATE t SET n = 1"); conn.close()
    return wanted
