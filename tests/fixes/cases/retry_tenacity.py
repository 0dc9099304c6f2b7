import psycopg2
from tenacity import retry, stop_after_attempt


@retry(stop=stop_after_attempt(3))
def ping(conn):
    conn.cursor().execute("SELECT 1")


def connect(dsn):
    """A connection, some time."""
    while True:
        try:
            dsn = dsn.strip()
            return psycopg2.connect(dsn)
        except psycopg2.OperationalError:
            pass
