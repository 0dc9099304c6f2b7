import backoff
import psycopg2


def connect(dsn):
    while True:
        try:
            return psycopg2.connect(dsn)
        except (psycopg2.OperationalError, OSError):
            continue


ping = backoff.on_exception(backoff.expo, OSError)(print)
