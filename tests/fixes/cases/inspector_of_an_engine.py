# withheld
from sqlalchemy import create_engine, inspect


def tables(url):
    engine = create_engine(url)
    return inspect(engine)
