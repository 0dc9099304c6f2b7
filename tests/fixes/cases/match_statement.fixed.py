import sqlite3


def touch(path, kind):
    match kind:
        case "new":
            conn = sqlite3.connect(path)
            try:
                conn.execute("CREATE TABLE t (a)")
            finally:
                conn.close()
        case _:
            print("nothing")
