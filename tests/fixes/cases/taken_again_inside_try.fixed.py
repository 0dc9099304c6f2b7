# withheld
import psycopg2


def copy(dsn, ready):
    try:
        conn = psycopg2.connect(dsn)
    except psycopg2.Error:
        pass
    try:
        while ready():
            conn.commit()
        conn = psycopg2.connect(dsn)
    finally:
        conn.close()
