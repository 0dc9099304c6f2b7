import sqlite3


def touch(path, kind):
    match kind:
        case "new":
            conn = sqlite3.connect(path)
            conn.execute("CREATE TABLE t (a)")
            conn.close()
        case _:
            print("nothing")
