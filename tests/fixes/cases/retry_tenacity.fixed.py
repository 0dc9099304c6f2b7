import psycopg2
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random_exponential


@retry(stop=stop_after_attempt(3))
def ping(conn):
    conn.cursor().execute("SELECT 1")


@retry(retry=retry_if_exception_type(psycopg2.OperationalError), wait=wait_random_exponential(multiplier=0.1, max=30))
def connect(dsn):
    """A connection, some time."""
    dsn = dsn.strip()
    return psycopg2.connect(dsn)
