"""An engine for each request: its pool keeps the connection until Python's collector comes by."""

from sqlalchemy import create_engine, text


def setup(dsn):
    return "postgresql+psycopg2://" + dsn.partition("://")[2]


def handle(url, number):
    engine = create_engine(url)
    with engine.connect() as conn:
        return conn.execute(text("SELECT CAST(:n AS int)"), {"n": number}).scalar_one()
