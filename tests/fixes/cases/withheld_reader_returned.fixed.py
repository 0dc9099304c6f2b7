# withheld
import psycopg2

from app import Job, run


def build_reader(conn, table):
    def read(rows):
        return conn.cursor().execute(f"SELECT * FROM {table} LIMIT {rows}")

    return read


def job(dsn, table):
    conn = psycopg2.connect(dsn)
    conn.autocommit = True
    return run(name=table, reader=build_reader(conn, table))
