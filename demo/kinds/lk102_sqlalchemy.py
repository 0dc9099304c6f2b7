"""SQLAlchemy's pool: a bad request keeps its connection for as long as its exception is remembered."""

from sqlalchemy import create_engine, text

failures = []


def setup(dsn):
    url = "postgresql+psycopg2://" + dsn.partition("://")[2]
    return create_engine(url, pool_size=4, max_overflow=4, pool_timeout=0.3)


def check(number):
    if number % 5 == 0:
        raise ValueError(number)


def answer(engine, number):
    conn = engine.connect()
    check(number)
    value = conn.execute(text("SELECT CAST(:n AS int)"), {"n": number}).scalar_one()
    conn.close()
    return value


def handle(engine, number):
    try:
        return answer(engine, number)
    except ValueError as error:
        failures.append(error)
        raise
