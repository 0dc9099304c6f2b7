import backoff
import psycopg2


@backoff.on_exception(backoff.expo, (psycopg2.OperationalError, OSError), max_value=30)
def connect(dsn):
    return psycopg2.connect(dsn)


ping = backoff.on_exception(backoff.expo, OSError)(print)
