import threading

import psycopg2

lock = threading.Lock()


def add(dsn, item):
    with lock:
        conn = psycopg2.connect(dsn)
        conn.cursor().execute("INSERT INTO items VALUES (%s)", (item,))
        conn.commit()
        conn.close()
